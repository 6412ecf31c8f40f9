using Signals.Definitions;

namespace Signals.Core.Definitions.Values;

/// <summary>Decides whether a column can hold a literal. Pure.</summary>
internal static class LiteralFit
{
    /// <summary>
    /// True when the column can hold the literal. A whole-number column must hold it exactly; a float column rounds it, and the
    /// result must be finite.
    /// </summary>
    public static bool Holds(ColumnType type, Literal value) => Families.FamilyOf(type) == Families.FamilyOf(value) && type.Kind switch
    {
        ColumnKind.Int8 => IsWhole(value, sbyte.MinValue, (ulong)sbyte.MaxValue),
        ColumnKind.UInt8 => IsWhole(value, 0, byte.MaxValue),
        ColumnKind.Int16 => IsWhole(value, short.MinValue, (ulong)short.MaxValue),
        ColumnKind.UInt16 => IsWhole(value, 0, ushort.MaxValue),
        ColumnKind.Int32 => IsWhole(value, int.MinValue, int.MaxValue),
        ColumnKind.UInt32 => IsWhole(value, 0, uint.MaxValue),
        ColumnKind.Int64 => IsWhole(value, long.MinValue, long.MaxValue),
        ColumnKind.UInt64 => IsWhole(value, 0, ulong.MaxValue),
        ColumnKind.Float16 => Half.IsFinite((Half)value.AsDouble),
        ColumnKind.Float32 => float.IsFinite((float)value.AsDouble),
        _ => true,
    };

    private static bool IsWhole(Literal value, long least, ulong most) =>
        value.IsInteger && LiteralOrder.Compare(value, least) >= 0 && LiteralOrder.Compare(value, most) <= 0;
}
