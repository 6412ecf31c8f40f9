namespace Signals.Storage.Engine.Context;

/// <summary>Hands out file numbers, each once.</summary>
/// <remarks>Thread contract: any thread.</remarks>
internal sealed class FileNumbers(ulong first)
{
    private ulong _next = first;

    /// <summary>A number above every one handed out.</summary>
    public ulong Upcoming => Volatile.Read(ref _next);

    public ulong Next() => Interlocked.Increment(ref _next) - 1;
}
