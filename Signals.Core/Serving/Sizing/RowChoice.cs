namespace Signals.Serving;

/// <summary>The rows that a stage chose, in their order. Used by one thread at a time; reused.</summary>
public sealed class RowChoice
{
    private int[] _rows = [];

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>The rows, as row indexes of a <see cref="RowSet"/>.</summary>
    public ReadOnlySpan<int> Span => _rows.AsSpan(0, Count);

    internal Span<int> Writable => _rows.AsSpan(0, Count);

    /// <summary>Adds a row.</summary>
    public void Add(int row)
    {
        if (Count == _rows.Length)
        {
            Array.Resize(ref _rows, Math.Max(64, 2 * _rows.Length));
        }

        _rows[Count++] = row;
    }

    /// <summary>Keeps only the first <paramref name="count"/> rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows than <paramref name="count"/>.</exception>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Count, nameof(count));
        Count = count;
    }
}
