using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// Neighbours in the order of reads, at most 64, and their filters side by side: a word of the group has a bit of each table. So six words
/// tell which of them may have a user, and hardly a table that lacks the user is touched.
/// </summary>
/// <remarks>
/// Thread contract: immutable; any thread. Invariant: a table that may hold a user has its bit in the answer; one without a filter always. Versions share
/// the groups that did not change; a group owns no table.
/// </remarks>
internal sealed class FilterGroup
{
    /// <summary>Most tables of a group.</summary>
    public const int MostTables = 64;

    private const int LeastTables = 8; // fewer are asked one by one: words that are nearly empty take more than they save
    private const int MostBlocks = 512; // tables of more than 20,000 users or so have fewer bits a user here than in their own filter

    private readonly Table[] _tables;
    private readonly ulong[] _words;
    private readonly ulong _always;

    /// <summary>The group of these tables.</summary>
    /// <param name="tables">Neighbours, newest first.</param>
    /// <param name="room">Most bytes of it; with less, its tables are asked one by one.</param>
    public FilterGroup(Table[] tables, long room)
    {
        _tables = tables;
        _always = ulong.MaxValue >> (MostTables - tables.Length);
        int blocks = BlocksFor(tables);
        _words = blocks == 0 || (long)blocks * UserFilter.BitsPerBlock * sizeof(ulong) > room ? [] : new ulong[blocks * UserFilter.BitsPerBlock];
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

    /// <summary>Newest time of its first table, which is the newest of all.</summary>
    public long MaxTime { get; init; }

    /// <summary>Memory of the words.</summary>
    public long Bytes => (long)_words.Length * sizeof(ulong);

    /// <summary>The tables that may have a user, bit by bit. Allocates nothing.</summary>
    /// <param name="hash">The user's hash.</param>
    /// <param name="words">How many words it looked at.</param>
    public ulong Candidates(ulong hash, out int words)
    {
        words = 0;
        return _words.Length == 0 ? _always : _always | UserFilter.Look(_words, hash, out words);
    }

    // As many as the tables have on average; a larger filter is folded, a smaller one repeated.
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

        return filters < LeastTables ? 0 : (int)Math.Min(MostBlocks, System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)((sum + filters - 1) / filters)));
    }
}
