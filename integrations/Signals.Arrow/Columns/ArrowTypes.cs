using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Definitions;

namespace Signals.Arrow.Columns;

/// <summary>Which Arrow type holds the values of a column or the elements of a tensor. Pure.</summary>
internal static class ArrowTypes
{
    /// <summary>Milliseconds since the Unix epoch, UTC: the 8 bytes of a time in a store.</summary>
    public static TimestampType Time { get; } = new(Apache.Arrow.Types.TimeUnit.Millisecond, "UTC");

    public static IArrowType Of(ColumnType type) => type.Kind switch
    {
        ColumnKind.Boolean => BooleanType.Default,
        ColumnKind.Int8 => Int8Type.Default,
        ColumnKind.UInt8 => UInt8Type.Default,
        ColumnKind.Int16 => Int16Type.Default,
        ColumnKind.UInt16 => UInt16Type.Default,
        ColumnKind.Int32 => Int32Type.Default,
        ColumnKind.UInt32 => UInt32Type.Default,
        ColumnKind.Int64 => Int64Type.Default,
        ColumnKind.UInt64 => UInt64Type.Default,
        ColumnKind.Float16 => HalfFloatType.Default,
        ColumnKind.Float32 => FloatType.Default,
        ColumnKind.Float64 => DoubleType.Default,
        ColumnKind.Text => StringType.Default,
        ColumnKind.Bytes => BinaryType.Default,
        ColumnKind.VectorInt8 => Vector(Int8Type.Default, type.Dimensions),
        ColumnKind.VectorFloat16 => Vector(HalfFloatType.Default, type.Dimensions),
        ColumnKind.VectorFloat32 => Vector(FloatType.Default, type.Dimensions),
        _ => throw new NotSupportedException($"This version knows no Arrow type for columns of {type}."),
    };

    /// <summary>The type of a tensor's elements. A boolean is a byte, 0 or 1, as it is in the tensor.</summary>
    public static IArrowType Of(TensorType type) => type switch
    {
        TensorType.Float32 => FloatType.Default,
        TensorType.Float16 => HalfFloatType.Default,
        TensorType.Float64 => DoubleType.Default,
        TensorType.Int8 => Int8Type.Default,
        TensorType.UInt8 or TensorType.Boolean => UInt8Type.Default,
        TensorType.Int16 => Int16Type.Default,
        TensorType.Int32 => Int32Type.Default,
        TensorType.Int64 => Int64Type.Default,
        _ => throw new NotSupportedException($"This version knows no Arrow type for tensors of {type}."),
    };

    public static int BytesOf(TensorType type) => type switch
    {
        TensorType.Int8 or TensorType.UInt8 or TensorType.Boolean => 1,
        TensorType.Float16 or TensorType.Int16 => 2,
        TensorType.Float32 or TensorType.Int32 => 4,
        _ => 8,
    };

    /// <summary>A list of a fixed size.</summary>
    public static FixedSizeListType Vector(IArrowType element, int size) => new(new Field("item", element, nullable: true), size);

    /// <summary>The writer of a column's values.</summary>
    public static ColumnWriter WriterOf(ColumnType type) => type switch
    {
        { Kind: ColumnKind.Boolean } => new BooleanWriter(),
        { IsVariable: true } => new VariableWriter(Of(type)),
        { IsVector: true } => new VectorWriter((FixedSizeListType)Of(type), type.Width / type.Dimensions),
        _ => new FixedWriter(Of(type), type.Width),
    };
}
