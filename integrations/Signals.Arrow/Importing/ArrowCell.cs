using Apache.Arrow;

namespace Signals.Arrow.Importing;

/// <summary>A column of a batch that becomes a column of an event type. Thread contract: one thread. Reused from batch to batch.</summary>
/// <param name="name">The name of the column in the file.</param>
/// <param name="target">The column of the event type.</param>
internal abstract class ArrowCell(string name, ColumnSchema target)
{
    private IArrowArray? _values;
    private UInt8Array? _states;

    /// <summary>The name of the column in the file.</summary>
    public string Name => name;

    /// <summary>The name of the column of the event type.</summary>
    public string ColumnName => target.Name;

    /// <summary>The column of the event type.</summary>
    protected ColumnSchema Target => target;

    /// <summary>Takes the arrays of a batch.</summary>
    /// <param name="values">The values.</param>
    /// <param name="states">Their states; null when the file has none, and a null is absent.</param>
    public void Bind(IArrowArray values, UInt8Array? states)
    {
        (_values, _states) = (values, states);
        Bind(values);
    }

    /// <summary>The state of a row; null when the file contradicts itself there.</summary>
    public ColumnState? StateOf(int row)
    {
        bool isValid = _values!.IsValid(row);
        return _states is null ? isValid ? ColumnState.Value : ColumnState.Absent
            : (_states.GetValue(row), isValid) switch
            {
                ((byte)ColumnState.Value, true) => ColumnState.Value,
                ((byte)ColumnState.Null, false) => ColumnState.Null,
                ((byte)ColumnState.Absent, false) => ColumnState.Absent,
                _ => null,
            };
    }

    /// <summary>Sets the cell of an event to the value of a row.</summary>
    public abstract void SetValue(EventRow target, int row);

    protected abstract void Bind(IArrowArray values);
}
