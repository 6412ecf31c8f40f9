namespace Signals.Tests.Reliability;

/// <summary>One append, erasure or import of a crash workload. The position is set once, when the ring takes it. Threads: one.</summary>
/// <param name="Type">The event type's id, <see cref="Erasure"/> or <see cref="Import"/>.</param>
/// <param name="Events">What was appended.</param>
/// <param name="ErasedUser">Who was erased.</param>
/// <param name="CutoffMs">Up to which event time.</param>
/// <param name="Segment">What was imported.</param>
internal sealed record CrashEntry(int Type, CrashEvent[] Events, int ErasedUser = -1, long CutoffMs = 0, CrashSegment? Segment = null)
{
    public const int Erasure = -1;
    public const int Import = -2;

    /// <summary>Stream position after it, of an import that of all before it; <see cref="long.MaxValue"/> until known.</summary>
    public long Position { get; set; } = long.MaxValue;
}
