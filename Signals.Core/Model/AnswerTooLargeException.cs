namespace Signals;

/// <summary>
/// The answer to a read does not fit into memory: one column of an answer holds at most 2 GiB. Ask for fewer events (<c>Last</c>,
/// a later start), for fewer or narrower columns, or for fewer users at once. Immutable.
/// </summary>
public sealed class AnswerTooLargeException : SignalsException
{
    internal AnswerTooLargeException(string asked, Exception cause)
        : base(
            $"The answer to {asked} does not fit into memory (a column holds at most 2 GiB). " +
            "Ask for fewer events with Last or a later start, for fewer columns, or for fewer users at once.",
            cause)
    {
    }

    /// <summary>Whether an error means that a buffer could not grow any further.</summary>
    internal static bool IsCausedBy(Exception error) =>
        error is OverflowException or OutOfMemoryException or Signals.Core.Model.BufferLimitException;
}
