using Signals.Core.Columns;
using Signals.Storage.Reads;

namespace Signals.Storage.DefinitionServing;

/// <summary>A column of the store's answer in the form that the serving stages use. Nothing is copied.</summary>
/// <remarks>Thread contract: one read at a time. Lifetime: reused for one answer after another.</remarks>
internal sealed class StoredColumn : IColumnRows
{
    private ColumnOutput _output = null!;

    public ColumnType Type => _output.Type;

    public ReadOnlySpan<byte> RowStates => _output.States;

    public ReadOnlySpan<byte> FixedRows => _output.Values;

    public ReadOnlySpan<byte> GetValue(int row) => _output.Value(row);

    public void Bind(ColumnOutput output) => _output = output;

    /// <summary>Forgets the answer.</summary>
    public void Unbind() => _output = null!;
}
