using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;
using Signals.Arrow.Columns;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>Memory of an Arrow array that a read writes a tensor into.</summary>
/// <remarks>Thread contract: one thread at a time; reused from read to read.</remarks>
internal sealed class BoundTensor(TensorDescription shape)
{
    private readonly GrowingBlock _values = new();

    public Field Field { get; } = TensorColumn.FieldOf(shape);

    private int RowBytes => shape.Width * ArrowTypes.BytesOf(shape.Type);

    /// <summary>Makes room for the rows of so many users, at most the definition's size for each, and binds it.</summary>
    public void Bind(TensorSet tensors, int users, int size)
    {
        _values.Shorten(0);
        _values.Reserve(checked(users * size * RowBytes));
        Memory<byte> bytes = _values.Memory;
        _ = shape.Type switch
        {
            TensorType.Float32 => tensors.Bind(shape.Name, new TypedMemory<float>(bytes).Memory),
            TensorType.Float16 => tensors.Bind(shape.Name, new TypedMemory<Half>(bytes).Memory),
            TensorType.Float64 => tensors.Bind(shape.Name, new TypedMemory<double>(bytes).Memory),
            TensorType.Int8 => tensors.Bind(shape.Name, new TypedMemory<sbyte>(bytes).Memory),
            TensorType.UInt8 => tensors.Bind(shape.Name, bytes),
            TensorType.Int16 => tensors.Bind(shape.Name, new TypedMemory<short>(bytes).Memory),
            TensorType.Int32 => tensors.Bind(shape.Name, new TypedMemory<int>(bytes).Memory),
            TensorType.Int64 => tensors.Bind(shape.Name, new TypedMemory<long>(bytes).Memory),
            _ => tensors.Bind(shape.Name, new TypedMemory<bool>(bytes).Memory),
        };
    }

    /// <summary>The array of what was read.</summary>
    /// <param name="memory">The memory of the batch.</param>
    /// <param name="users">The users of the read.</param>
    /// <param name="offsets">Where each user's rows begin, and the end; for jagged tensors.</param>
    /// <param name="rows">The rows of all users.</param>
    public ArrayData Take(BatchMemory memory, int users, ArrowBuffer offsets, int rows)
    {
        bool isPadded = shape.Rows > 0;
        int lists = isPadded ? users : rows;
        FixedSizeListType type = isPadded
            ? (FixedSizeListType)Field.DataType
            : (FixedSizeListType)((ListType)Field.DataType).ValueDataType;
        if (!isPadded)
        {
            _values.Shorten(rows * RowBytes);
        }

        ArrayData elements = new(
            type.ValueDataType, lists * type.ListSize, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(_values.Take(memory))]);
        ArrayData fixedLists = new(type, lists, 0, 0, [ArrowBuffer.Empty], [elements]);
        return isPadded ? fixedLists : new ArrayData(Field.DataType, users, 0, 0, [ArrowBuffer.Empty, offsets], [fixedLists]);
    }
}
