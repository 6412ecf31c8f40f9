using CsCheck;
using Signals.Core.Columns;

namespace Signals.Tests.Core.Columns;

/// <summary>Random columns of every kind, drawn from the shapes that the encodings are made for.</summary>
internal static class ColumnSamples
{
    public static readonly ColumnType[] Types =
    [
        .. Enum.GetValues<ColumnKind>().Select(kind => ColumnType.FromKind(kind, kind >= ColumnKind.VectorInt8 ? 3 : 1)),
    ];

    /// <summary>A column of up to <paramref name="maxRows"/> rows.</summary>
    public static Gen<ColumnBuffer> Column(int maxRows) =>
        from type in Gen.OneOf(Types)
        from rows in Gen.Int[0, maxRows]
        from seed in Gen.Int
        from valueShare in Gen.OneOf(0.0, 0.5, 0.95, 1.0)
        from magnitude in Gen.OneOf(0, 1, 7, 8, 15, 16, 31, 32, 63)
        select Build(type, rows, new Random(seed), valueShare, magnitude);

    private static ColumnBuffer Build(ColumnType type, int rows, Random random, double valueShare, int magnitude)
    {
        var column = new ColumnBuffer(type, 1);
        ulong reference = (ulong)random.NextInt64();
        for (int row = 0; row < rows; row++)
        {
            if (random.NextDouble() >= valueShare)
            {
                column.AppendMissing(random.Next(2) == 0 ? ColumnState.Absent : ColumnState.Null);
            }
            else
            {
                AppendValue(column, random, unchecked(reference + ((ulong)random.NextInt64() >> (63 - magnitude))), magnitude);
            }
        }

        return column;
    }

    private static void AppendValue(ColumnBuffer column, Random random, ulong value, int magnitude)
    {
        if (column.Type.IsVariable)
        {
            byte[] bytes = new byte[magnitude < 8 ? (int)(value % 5) : random.Next(40)];
            Array.Fill(bytes, (byte)value);
            column.AppendBytes(bytes);
            return;
        }

        Span<byte> row = column.AppendFixedRows(1);
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = column.Type.Kind == ColumnKind.Boolean ? (byte)(value & 1) : (byte)(value >> (8 * (i & 7)));
        }
    }
}
