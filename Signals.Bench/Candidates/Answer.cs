namespace Signals.Bench.Candidates;

/// <summary>
/// One user's sequence as columns in the reader's own memory. It is reused from read to read. Used by one thread.
/// </summary>
internal sealed class Answer(int capacity)
{
    public int Count { get; set; }

    public int Capacity { get; } = capacity;

    public long[] Times { get; } = new long[capacity];

    public ulong[] Ids { get; } = new ulong[capacity];

    public ushort[] Types { get; } = new ushort[capacity];

    public long[] Items { get; } = new long[capacity];

    public byte[] Surfaces { get; } = new byte[capacity];

    public int[] Actions { get; } = new int[capacity];

    public float[] Dwells { get; } = new float[capacity];

    public void CopyRow(int row, Answer source, int sourceRow)
    {
        Times[row] = source.Times[sourceRow];
        Ids[row] = source.Ids[sourceRow];
        Types[row] = source.Types[sourceRow];
        Items[row] = source.Items[sourceRow];
        Surfaces[row] = source.Surfaces[sourceRow];
        Actions[row] = source.Actions[sourceRow];
        Dwells[row] = source.Dwells[sourceRow];
    }

    /// <summary>Describes the first difference, or returns null.</summary>
    public string? FirstDifference(Answer expected)
    {
        if (Count != expected.Count)
        {
            return $"{Count} rows, expected {expected.Count}";
        }

        for (int row = 0; row < Count; row++)
        {
            bool same = Times[row] == expected.Times[row] && Ids[row] == expected.Ids[row] && Types[row] == expected.Types[row]
                && Items[row] == expected.Items[row] && Surfaces[row] == expected.Surfaces[row]
                && Actions[row] == expected.Actions[row] && Dwells[row].Equals(expected.Dwells[row]);
            if (!same)
            {
                return
                    $"row {row}: ({Types[row]}, {Times[row]}, {Ids[row]}, {Items[row]}, {Surfaces[row]}, {Actions[row]}, {Dwells[row]}), "
                    + $"expected ({expected.Types[row]}, {expected.Times[row]}, {expected.Ids[row]}, {expected.Items[row]}, "
                    + $"{expected.Surfaces[row]}, {expected.Actions[row]}, {expected.Dwells[row]})";
            }
        }

        return null;
    }
}
