using System.Numerics;

namespace Signals.Serving;

/// <summary>One bit per row of a <see cref="RowSet"/>: whether the row is still a candidate.</summary>
/// <remarks>
/// Thread contract: one thread at a time. It is reused. Invariant: bits at and beyond <see cref="Count"/> are 0.
/// </remarks>
public sealed class RowMask
{
    private ulong[] _words = [];

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// The bits: row i at bit <c>i % 64</c> of word <c>i / 64</c>. You must leave the bits beyond <see cref="Count"/> 0.
    /// </summary>
    public Span<ulong> Words => _words.AsSpan(0, (Count + 63) / 64);

    /// <summary>Whether the bit of a row is set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public bool this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
            return (_words[row >> 6] >> row & 1) != 0;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
            ulong bit = 1UL << row;
            _words[row >> 6] = value ? _words[row >> 6] | bit : _words[row >> 6] & ~bit;
        }
    }

    /// <summary>The number of rows whose bit is set.</summary>
    public int CountSet()
    {
        int set = 0;
        foreach (ulong word in Words)
        {
            set += BitOperations.PopCount(word);
        }

        return set;
    }

    /// <summary>
    /// The number of rows from <paramref name="start"/> up to but excluding <paramref name="end"/> whose bit is set.
    /// </summary>
    public int CountSet(int start, int end)
    {
        int set = 0;
        for (int row = Next(start, end); row < end; row = Next(row + 1, end))
        {
            set++;
        }

        return set;
    }

    /// <summary>
    /// The first row at or after <paramref name="row"/> whose bit is set, or <paramref name="end"/> when there is none before it.
    /// </summary>
    public int Next(int row, int end)
    {
        while (row < end)
        {
            ulong rest = _words[row >> 6] >> row;
            if (rest != 0)
            {
                return Math.Min(end, row + BitOperations.TrailingZeroCount(rest));
            }

            row = (row | 63) + 1;
        }

        return end;
    }

    /// <summary>Keeps only bits that are also set in the other mask, which must have as many rows.</summary>
    public void And(RowMask other)
    {
        ReadOnlySpan<ulong> words = Same(other);
        Span<ulong> mine = Words;
        for (int i = 0; i < mine.Length; i++)
        {
            mine[i] &= words[i];
        }
    }

    /// <summary>Sets the bits that are set in the other mask, which must have as many rows.</summary>
    public void Or(RowMask other)
    {
        ReadOnlySpan<ulong> words = Same(other);
        Span<ulong> mine = Words;
        for (int i = 0; i < mine.Length; i++)
        {
            mine[i] |= words[i];
        }
    }

    /// <summary>Inverts every bit.</summary>
    public void Not()
    {
        foreach (ref ulong word in Words)
        {
            word = ~word;
        }

        CutTail();
    }

    /// <summary>Starts anew with this many rows, with all bits set or all cleared.</summary>
    public void Reset(int count, bool value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int words = (count + 63) / 64;
        if (_words.Length < words)
        {
            _words = new ulong[Math.Max(words, 2 * _words.Length)];
        }

        Count = count;
        Words.Fill(value ? ulong.MaxValue : 0);
        CutTail();
    }

    /// <summary>
    /// Writes the rows from <paramref name="start"/> up to but excluding <paramref name="end"/> whose bit is set, in ascending
    /// order, and returns their number.
    /// </summary>
    internal int CopyRows(int start, int end, Span<int> rows)
    {
        int count = 0;
        ReadOnlySpan<ulong> words = Words;
        for (int first = start & ~63; first < end; first += 64)
        {
            ulong rest = words[first >> 6];
            rest = first < start ? rest & ulong.MaxValue << start : rest;
            rest = end - first < 64 ? rest & ((1UL << end) - 1) : rest;
            for (; rest != 0; rest &= rest - 1)
            {
                rows[count++] = first + BitOperations.TrailingZeroCount(rest);
            }
        }

        return count;
    }

    /// <summary>Clears the bits of all rows from <paramref name="row"/> on.</summary>
    internal void ClearFrom(int row)
    {
        if (row < Count)
        {
            Span<ulong> words = Words;
            words[row >> 6] &= (1UL << row) - 1;
            words[((row >> 6) + 1)..].Clear();
        }
    }

    private void CutTail()
    {
        if ((Count & 63) != 0)
        {
            _words[Count >> 6] &= (1UL << Count) - 1;
        }
    }

    private ReadOnlySpan<ulong> Same(RowMask other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Count == Count
            ? other.Words
            : throw new ArgumentException($"This mask has {Count} rows, the other one {other.Count}.", nameof(other));
    }
}
