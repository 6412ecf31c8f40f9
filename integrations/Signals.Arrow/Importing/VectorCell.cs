using Apache.Arrow;

namespace Signals.Arrow.Importing;

/// <summary>A vector for each row: a list of a fixed size, none of whose elements is null.</summary>
internal sealed class VectorCell<T>(string name, ColumnSchema source, Column<T> column) : ArrowCell(name, source)
    where T : unmanaged, IEquatable<T>
{
    private FixedSizeListArray? _lists;
    private PrimitiveArray<T>? _elements;

    public override void SetValue(EventRow target, int row)
    {
        int dimensions = Target.Type.Dimensions;
        int start = checked((_lists!.Offset + row) * dimensions);
        for (int i = 0; i < dimensions && _elements!.NullCount > 0; i++)
        {
            if (_elements.IsNull(start + i))
            {
                throw new InvalidDataException($"element {i} of column '{Name}' is null");
            }
        }

        target.SetVector(column, _elements!.Values.Slice(start, dimensions));
    }

    protected override void Bind(IArrowArray values)
    {
        _lists = (FixedSizeListArray)values;
        _elements = (PrimitiveArray<T>)_lists.Values;
    }
}
