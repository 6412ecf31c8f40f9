namespace Signals.Bench.Vectors;

/// <summary>One user's newest rows as columns, vectors back to back; reused from read to read. One thread.</summary>
internal sealed class VectorAnswer(int vectorBytes)
{
    public const int Rows = 100;

    public int Count { get; set; }

    public long[] Times { get; } = new long[Rows];

    public ulong[] Ids { get; } = new ulong[Rows];

    public byte[] Vectors { get; } = new byte[Rows * vectorBytes];

    public Span<byte> VectorAt(int row) => Vectors.AsSpan(row * vectorBytes, vectorBytes);

    /// <summary>The first difference, or null.</summary>
    public string? FirstDifference(VectorAnswer expected)
    {
        if (Count != expected.Count)
        {
            return $"{Count} rows, expected {expected.Count}";
        }

        for (int row = 0; row < Count; row++)
        {
            if (Times[row] != expected.Times[row] || Ids[row] != expected.Ids[row] || !VectorAt(row).SequenceEqual(expected.VectorAt(row)))
            {
                return $"row {row}: ({Times[row]}, {Ids[row]}), expected ({expected.Times[row]}, {expected.Ids[row]}), or another vector";
            }
        }

        return null;
    }
}
