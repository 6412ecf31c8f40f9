using Signals.Storage.Engine.Reading;
using Signals.Storage.Reads;

namespace Signals.Storage.Offline;

/// <summary>
/// How far a user's events of one type have been read, from the newest on. The rest is read in further pages. Immutable.
/// </summary>
/// <param name="User">The user whose events are read.</param>
/// <param name="TimeMs">The time of the last event that was read.</param>
/// <param name="Ties">How many events of exactly that time were read.</param>
internal readonly record struct UserCursor(UserId User, long TimeMs, int Ties)
{
    /// <summary>Starts before a user's newest event.</summary>
    public static UserCursor Start(UserId user, long toMs) => new(user, toMs - 1, 0);

    /// <summary>Reads the next page.</summary>
    /// <param name="reader">The store's reader.</param>
    /// <param name="query">A query that reads one type, newest first.</param>
    /// <param name="fromMs">The oldest time to read.</param>
    /// <param name="rows">How many events to add at most.</param>
    /// <returns>The answer. Its first <see cref="Ties"/> events were read before.</returns>
    public SequenceBatch Read(SequenceReader reader, SequenceQuery query, long fromMs, int rows) =>
        reader.ReadMany([User], query, [new TypeLimits(fromMs, TimeMs + 1, rows + Ties)]);

    /// <summary>Where to go on after a user's rows of an answer; null when these were all rows.</summary>
    /// <param name="user">The user.</param>
    /// <param name="times">The times of their rows, newest first.</param>
    /// <param name="asked">How many rows were asked for.</param>
    public static UserCursor? After(UserId user, ReadOnlySpan<long> times, int asked)
    {
        if (times.Length < asked)
        {
            return null;
        }

        long last = times[^1];
        return new UserCursor(user, last, times.Length - 1 - times.LastIndexOfAnyExcept(last));
    }
}
