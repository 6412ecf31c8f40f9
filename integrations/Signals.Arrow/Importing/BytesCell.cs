using Apache.Arrow;

namespace Signals.Arrow.Importing;

/// <summary>Text or bytes for each row, with offsets of 32 or 64 bits.</summary>
internal sealed class BytesCell(string name, ColumnSchema source, VariableColumn column) : ArrowCell(name, source)
{
    private BinaryArray? _short;
    private LargeBinaryArray? _long;

    public override void SetValue(EventRow target, int row) =>
        target.SetBytes(column, _short is not null ? _short.GetBytes(row) : _long!.GetBytes(row));

    protected override void Bind(IArrowArray values) => (_short, _long) = (values as BinaryArray, values as LargeBinaryArray);
}
