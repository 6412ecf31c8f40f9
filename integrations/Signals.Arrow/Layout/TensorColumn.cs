using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;
using Signals.Arrow.Columns;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>
/// A tensor of the definition. The features are written straight into the memory of the Arrow array. Padded, each sequence is one value
/// of Arrow's canonical extension type <c>arrow.fixed_shape_tensor</c>; jagged, it is a list of rows.
/// </summary>
internal sealed class TensorColumn : ILayoutColumn
{
    private readonly TensorDescription _shape;
    private readonly VectorWriter _rows;
    private readonly ListWriter<VectorWriter>? _lists;
    private readonly int _rowBytes;

    public TensorColumn(TensorDescription shape)
    {
        _shape = shape;
        int elementBytes = ArrowTypes.BytesOf(shape.Type);
        _rowBytes = shape.Width * elementBytes;
        int size = shape.Rows > 0 ? checked(shape.Rows * shape.Width) : shape.Width;
        _rows = new VectorWriter(ArrowTypes.Vector(ArrowTypes.Of(shape.Type), size), elementBytes);
        _lists = shape.Rows > 0 ? null : new ListWriter<VectorWriter>(_rows);
        Field = FieldOf(shape);
    }

    public Field Field { get; }

    public long Bytes => _lists?.Bytes ?? _rows.Bytes;

    /// <summary>The field of a tensor of this shape.</summary>
    public static Field FieldOf(TensorDescription shape)
    {
        IArrowType element = ArrowTypes.Of(shape.Type);
        string name = "tensor:" + shape.Name;
        if (shape.Rows == 0)
        {
            FixedSizeListType row = ArrowTypes.Vector(element, shape.Width);
            return new Field(name, new ListType(new Field("item", row, nullable: true)), nullable: false);
        }

        Dictionary<string, string> extension = new(StringComparer.Ordinal)
        {
            ["ARROW:extension:name"] = "arrow.fixed_shape_tensor",
            ["ARROW:extension:metadata"] = string.Create(
                CultureInfo.InvariantCulture, $"{{\"shape\":[{shape.Rows},{shape.Width}],\"dim_names\":[\"row\",\"feature\"]}}"),
        };
        return new Field(name, ArrowTypes.Vector(element, shape.Rows * shape.Width), nullable: false, extension);
    }

    public void Append(in ServedSequence sequence)
    {
        if (_lists is null)
        {
            Span<byte> place = _rows.Reserve(1);
            place.Clear();
            int bytes = sequence.Count * _rowBytes;
            sequence.WriteTensorBytes(_shape, _shape.Padding == PaddingSide.Left ? place[^bytes..] : place[..bytes]);
        }
        else
        {
            sequence.WriteTensorBytes(_shape, _rows.Reserve(sequence.Count));
            _lists.EndList();
        }
    }

    public ArrayData Take(BatchMemory memory) => _lists?.Take(memory) ?? _rows.Take(memory);
}
