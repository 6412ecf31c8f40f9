namespace Signals.Core.Model;

/// <summary>
/// Work on a store's tables that was asked for could not be done: a table could not be written or read. Nothing that was acknowledged is lost, the
/// store takes events and answers reads as before, and it does the work again by itself. The cause says what is wrong with which file. Immutable.
/// </summary>
public sealed class StoreWorkFailedException : SignalsException
{
    internal StoreWorkFailedException(string work, Exception cause)
        : base($"The {work} that was asked for could not be done: {cause.Message} Nothing is lost; the store goes on, and tries again by itself.", cause) =>
        Work = work;

    /// <summary>What was to be done: <c>flush</c> or <c>compaction</c>.</summary>
    public string Work { get; }
}
