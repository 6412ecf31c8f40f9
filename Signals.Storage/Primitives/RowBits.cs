using System.Numerics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>A set of rows of one table, one bit per row. Thread contract: one thread at a time.</summary>
internal sealed class RowBits(long rows)
{
    private const int Bits = 64;

    private readonly ulong[] _words = new ulong[(rows + Bits - 1) / Bits];

    /// <summary>Number of rows of the table.</summary>
    public long Rows => rows;

    /// <summary>Number of rows in the set.</summary>
    public long Count { get; private set; }

    /// <summary>A copy that later changes of this set do not reach.</summary>
    public RowBits Clone()
    {
        RowBits copy = new(rows) { Count = Count };
        _words.CopyTo(copy._words, 0);
        return copy;
    }

    /// <summary>Adds a row. False when it was in the set already.</summary>
    [MethodImpl(Compile.InFull)]
    public bool Add(long row)
    {
        ref ulong word = ref _words[row / Bits];
        ulong bit = 1UL << (int)(row % Bits);
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        Count++;
        return true;
    }

    /// <summary>Adds adjacent rows. Returns how many of them were not in the set.</summary>
    [MethodImpl(Compile.InFull)]
    public long Add(long first, long count)
    {
        long before = Count;
        long end = first + count;
        for (long row = first; row < end;)
        {
            int bit = (int)(row % Bits);
            int take = (int)Math.Min(Bits - bit, end - row);
            ulong mask = take == Bits ? ulong.MaxValue : ((1UL << take) - 1) << bit;
            ref ulong word = ref _words[row / Bits];
            Count += BitOperations.PopCount(mask & ~word);
            word |= mask;
            row += take;
        }

        return Count - before;
    }

    /// <summary>Whether a row is in the set.</summary>
    public bool Contains(long row) => (_words[row / Bits] >> (int)(row % Bits) & 1) != 0;

    /// <summary>How many of <paramref name="count"/> adjacent rows, from <paramref name="first"/> on, are in the set.</summary>
    public long CountIn(long first, long count)
    {
        long found = 0;
        long end = first + count;
        for (long row = first; row < end;)
        {
            int bit = (int)(row % Bits);
            int take = (int)Math.Min(Bits - bit, end - row);
            ulong mask = take == Bits ? ulong.MaxValue : ((1UL << take) - 1) << bit;
            found += BitOperations.PopCount(_words[row / Bits] & mask);
            row += take;
        }

        return found;
    }
}
