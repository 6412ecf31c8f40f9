namespace Signals.Core.Frames;

/// <summary>A column as frames name it, and what it takes. Immutable.</summary>
/// <param name="Name">The name in frames.</param>
/// <param name="Column">The index of the column.</param>
/// <param name="Bit">The bit of the column among those that are not dropped; all its names have the same.</param>
/// <param name="Kind">What values it holds.</param>
/// <param name="Width">The bytes of a value; 0 when they differ.</param>
/// <param name="Least">The least whole number that it takes.</param>
/// <param name="Most">The greatest whole number that it takes.</param>
internal sealed record DirectField(FrameName Name, int Column, ulong Bit, ColumnKind Kind, int Width, long Least, ulong Most)
{
    public static DirectField Of(ColumnSchema column, string name, ulong bit)
    {
        (long Least, ulong Most) takes = column.Type.Kind switch
        {
            ColumnKind.Int8 => (sbyte.MinValue, (ulong)sbyte.MaxValue),
            ColumnKind.Int16 => (short.MinValue, (ulong)short.MaxValue),
            ColumnKind.Int32 => (int.MinValue, int.MaxValue),
            ColumnKind.Int64 => (long.MinValue, long.MaxValue),
            ColumnKind.UInt8 => (0L, byte.MaxValue),
            ColumnKind.UInt16 => (0L, ushort.MaxValue),
            ColumnKind.UInt32 => (0L, uint.MaxValue),
            ColumnKind.UInt64 => (0L, ulong.MaxValue),
            _ => (0L, 0UL),
        };
        return new DirectField(new FrameName(name), column.Id, bit, column.Type.Kind, column.Type.Width, takes.Least, takes.Most);
    }
}
