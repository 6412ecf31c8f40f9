using Apache.Arrow;
using Apache.Arrow.Types;

namespace Signals.Arrow.Interop;

/// <summary>Whether two types have the same memory and the same meaning of it; names of children do not count. Pure.</summary>
internal static class PhysicalTypes
{
    public static bool AreSame(IArrowType one, IArrowType other)
    {
        (one, other) = (StorageOf(one), StorageOf(other));
        if (ReferenceEquals(one, other))
        {
            return true;
        }

        return one.TypeId == other.TypeId && HaveSameSettings(one, other) && HaveSameChildren(one, other);
    }

    private static IArrowType StorageOf(IArrowType type) => type is ExtensionType extension ? StorageOf(extension.StorageType) : type;

    private static bool HaveSameSettings(IArrowType one, IArrowType other) => (one, other) switch
    {
        (TimestampType a, TimestampType b) => a.Unit == b.Unit && a.Timezone == b.Timezone,
        (TimeBasedType a, TimeBasedType b) => a.Unit == b.Unit,
        (IntervalType a, IntervalType b) => a.Unit == b.Unit,
        (Decimal32Type a, Decimal32Type b) => (a.Precision, a.Scale) == (b.Precision, b.Scale),
        (Decimal64Type a, Decimal64Type b) => (a.Precision, a.Scale) == (b.Precision, b.Scale),
        (Decimal128Type a, Decimal128Type b) => (a.Precision, a.Scale) == (b.Precision, b.Scale),
        (Decimal256Type a, Decimal256Type b) => (a.Precision, a.Scale) == (b.Precision, b.Scale),
        (FixedSizeBinaryType a, FixedSizeBinaryType b) => a.ByteWidth == b.ByteWidth,
        (FixedSizeListType a, FixedSizeListType b) => a.ListSize == b.ListSize,
        (UnionType a, UnionType b) => a.Mode == b.Mode && a.TypeIds.SequenceEqual(b.TypeIds),
        (DictionaryType a, DictionaryType b) => AreSame(a.IndexType, b.IndexType) && AreSame(a.ValueType, b.ValueType),
        _ => true,
    };

    private static bool HaveSameChildren(IArrowType one, IArrowType other)
    {
        if (one is not NestedType a || other is not NestedType b)
        {
            return true;
        }

        return a.Fields.Count == b.Fields.Count && a.Fields.Zip(b.Fields).All(pair => AreSame(pair.First.DataType, pair.Second.DataType));
    }
}
