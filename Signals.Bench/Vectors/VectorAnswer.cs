namespace Signals.Bench.Vectors;

/// <summary>
/// One user's newest rows as columns, with the vectors one after the other. It is reused from read to read. Used by one thread.
/// </summary>
internal sealed class VectorAnswer(int vectorBytes)
{
    public const int Rows = 100;

    public int Count { get; set; }

    public long[] Times { get; } = new long[Rows];

    public ulong[] Ids { get; } = new ulong[Rows];

    public byte[] Vectors { get; } = new byte[Rows * vectorBytes];

    public Span<byte> VectorAt(int row) => Vectors.AsSpan(row * vectorBytes, vectorBytes);

    /// <summary>Describes the first difference, or returns null.</summary>
    public string? FirstDifference(VectorAnswer expected)
    {
        if (Count != expected.Count)
        {
            return $"{Count} rows, expected {expected.Count}";
        }

        for (int row = 0; row < Count; row++)
        {
            bool isSame = Times[row] == expected.Times[row]
                && Ids[row] == expected.Ids[row]
                && VectorAt(row).SequenceEqual(expected.VectorAt(row));
            if (!isSame)
            {
                return $"row {row}: ({Times[row]}, {Ids[row]}), expected ({expected.Times[row]}, {expected.Ids[row]}), or another vector";
            }
        }

        return null;
    }
}
