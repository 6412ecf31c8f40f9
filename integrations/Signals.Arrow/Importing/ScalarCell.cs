using Apache.Arrow;

namespace Signals.Arrow.Importing;

/// <summary>A number for each row.</summary>
internal sealed class ScalarCell<T>(string name, ColumnSchema source, Column<T> column) : ArrowCell(name, source)
    where T : unmanaged, IEquatable<T>
{
    private PrimitiveArray<T>? _values;

    public override void SetValue(EventRow target, int row) => target.Set(column, _values!.Values[row]);

    protected override void Bind(IArrowArray values) => _values = (PrimitiveArray<T>)values;
}
