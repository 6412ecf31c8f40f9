namespace Signals;

/// <summary>
/// A flush or compaction that was asked for failed, because a table could not be written or read. Nothing that was acknowledged
/// is lost. The store still takes events and answers reads, and repeats the work by itself. The inner exception says what is
/// wrong with which file. Immutable.
/// </summary>
public sealed class StoreWorkFailedException : SignalsException
{
    internal StoreWorkFailedException(string work, Exception cause)
        : base(
            $"The {work} that was asked for could not be done: {cause.Message} " +
            "Nothing is lost; the store goes on, and tries again by itself.",
            cause) =>
        Work = work;

    /// <summary>The work that failed: <c>flush</c> or <c>compaction</c>.</summary>
    public string Work { get; }
}
