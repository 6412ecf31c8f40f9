namespace Signals.Tests.Reliability;

/// <summary>One append or erasure of a crash workload. The position is set once, when the ring takes it. Threads: one.</summary>
/// <param name="Type">The event type's id, or <see cref="Erasure"/>.</param>
/// <param name="Events">What was appended.</param>
/// <param name="ErasedUser">Who was erased.</param>
/// <param name="CutoffMs">Up to which event time.</param>
internal sealed record CrashEntry(int Type, CrashEvent[] Events, int ErasedUser = -1, long CutoffMs = 0)
{
    public const int Erasure = -1;

    /// <summary>Stream position after it; <see cref="long.MaxValue"/> until known.</summary>
    public long Position { get; set; } = long.MaxValue;
}
