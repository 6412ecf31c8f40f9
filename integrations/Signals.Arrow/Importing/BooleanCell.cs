using Apache.Arrow;

namespace Signals.Arrow.Importing;

/// <summary>A truth value for each row.</summary>
internal sealed class BooleanCell(string name, ColumnSchema source, Column<bool> column) : ArrowCell(name, source)
{
    private BooleanArray? _values;

    public override void SetValue(EventRow target, int row) => target.Set(column, _values!.GetValue(row) == true);

    protected override void Bind(IArrowArray values) => _values = (BooleanArray)values;
}
