using Signals.Storage.Compaction;
using Signals.Storage.MemTables;
using Signals.Storage.Versions;

namespace Signals.Storage.Reads;

/// <summary>What is read of one user: from which view, and which events the query, the read and the store let through.</summary>
/// <remarks>Thread contract: immutable; on the stack of one read.</remarks>
/// <param name="view">What to read.</param>
/// <param name="user">The user whose events are read.</param>
/// <param name="erasedTo">Newest erased time of the user; <see cref="ErasureSet.NoCutoff"/> for none.</param>
/// <param name="nowMs">The current time, for the age limits.</param>
/// <param name="query">The query.</param>
/// <param name="limits">What this read asks of each type within the query; empty for everything.</param>
internal readonly ref struct UserRead(
    ReadView view, in UserId user, long erasedTo, long nowMs, SequenceQuery query, ReadOnlySpan<TypeLimits> limits)
{
    public ReadView View { get; } = view;

    public UserId User { get; } = user;

    public long ErasedTo { get; } = erasedTo;

    public long NowMs { get; } = nowMs;

    public SequenceQuery Query { get; } = query;

    public ReadOnlySpan<TypeLimits> Limits { get; } = limits;

    /// <summary>Whether the query is of one event type, newest first, so that its answer is the rows as they lie in a head.</summary>
    public bool IsOneNewestFirst => Query.Types.Length == 1 && Query.Order == SequenceOrder.NewestFirst;

    /// <summary>Which events of a type count, and which are returned.</summary>
    /// <param name="slot">The place of the type in the query.</param>
    /// <param name="hiddenTo">Events up to this time are erased or too old.</param>
    public TimeBounds BoundsOf(int slot, out long hiddenTo)
    {
        EventTypeSchema type = Query.Types[slot].EventType;
        TypeLimits asked = Limits.IsEmpty ? new TypeLimits(Query.FromMs, Query.ToMs, Query.Types[slot].Last) : Limits[slot];
        // No name finds an event type whose drop is final. Only what an erasure has to reach is read of it.
        hiddenTo = type.MaxAge is null ? ErasedTo : Math.Max(ErasedTo, Retention.OldestByAge(type, NowMs) - 1);
        long from = hiddenTo == ErasureSet.NoCutoff ? asked.FromMs : Math.Max(asked.FromMs, hiddenTo + 1);
        return new TimeBounds(from, asked.ToMs, type.KeepLast, asked.Last);
    }

    /// <summary>How many rows of a type the memtables have of the user.</summary>
    public int RowsInMemory(ushort eventType)
    {
        ulong hash = User.Hash64;
        int count = 0;
        foreach (MemTable table in View.MemTables)
        {
            if (table.Rows > 0 && table.TryFind(User, hash, eventType, out MemRows rows))
            {
                count += rows.Count;
            }
        }

        return count;
    }
}
