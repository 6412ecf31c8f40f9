using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// Up to 64 tables that are neighbours in the order of reads, with their filters side by side: each word of the group has one bit
/// per table. So a lookup reads six words to learn which of the tables may have a user, and hardly touches a table that lacks the
/// user.
/// </summary>
/// <remarks>
/// Thread contract: immutable; any thread. Invariant: the answer includes every table that may hold the user, and every table
/// without a filter. Versions share the groups that did not change. A group owns no table.
/// </remarks>
internal sealed class FilterGroup
{
    /// <summary>The most tables of a group.</summary>
    public const int MostTables = 64;

    private const int LeastTables = 8; // fewer are checked one by one, because nearly empty words would cost more than they save
    private const int MostBlocks = 512; // a table of more than about 20,000 users has fewer bits per user here than in its own filter

    private readonly Table[] _tables;
    private readonly ulong[] _words;
    private readonly ulong _always;

    /// <summary>Builds the group of some tables.</summary>
    /// <param name="tables">Neighbouring tables, newest first.</param>
    /// <param name="room">
    /// The most bytes that the group may take. If it needs more, it has no words and its tables are checked one by one.
    /// </param>
    public FilterGroup(Table[] tables, long room)
    {
        _tables = tables;
        _always = ulong.MaxValue >> (MostTables - tables.Length);
        int blocks = BlocksFor(tables);
        bool hasRoom = (long)blocks * UserFilter.BitsPerBlock * sizeof(ulong) <= room;
        _words = blocks == 0 || !hasRoom ? [] : new ulong[blocks * UserFilter.BitsPerBlock];
        if (_words.Length == 0)
        {
            return;
        }

        _always = 0;
        for (int i = 0; i < tables.Length; i++)
        {
            if (tables[i].Directory.Filter is UserFilter filter)
            {
                filter.AddTo(_words, 1UL << i);
            }
            else
            {
                _always |= 1UL << i;
            }
        }
    }

    /// <summary>The tables.</summary>
    public ReadOnlySpan<Table> Tables => _tables;

    /// <summary>The newest time of the first table, which is the newest time of the group.</summary>
    public long MaxTime { get; init; }

    /// <summary>Bytes of memory of the words.</summary>
    public long Bytes => (long)_words.Length * sizeof(ulong);

    /// <summary>The tables that may have a user, one bit per table. Allocates nothing.</summary>
    /// <param name="hash">The hash of the user.</param>
    /// <param name="words">The number of words that were read.</param>
    public ulong Candidates(ulong hash, out int words)
    {
        words = 0;
        return _words.Length == 0 ? _always : _always | UserFilter.FindCandidates(_words, hash, out words);
    }

    // As many blocks as the filters of the tables have on average. A larger filter is folded, a smaller one is repeated.
    private static int BlocksFor(Table[] tables)
    {
        long sum = 0;
        int filters = 0;
        foreach (Table table in tables)
        {
            if (table.Directory.Filter is UserFilter filter)
            {
                sum += filter.Blocks;
                filters++;
            }
        }

        return filters < LeastTables
            ? 0
            : (int)Math.Min(
                MostBlocks, System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)((sum + filters - 1) / filters)));
    }
}
