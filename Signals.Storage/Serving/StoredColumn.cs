using Signals.Core.Columns;
using Signals.Storage.Reads;

namespace Signals.Storage.Serving;

/// <summary>A column of the store's answer as the serving stages see it; nothing is copied.</summary>
/// <remarks>Thread contract: one read at a time. Lifetime: reused; looks at one answer after the other.</remarks>
internal sealed class StoredColumn : IColumnRows
{
    private ColumnOutput _output = null!;

    public ColumnType Type => _output.Type;

    public ReadOnlySpan<byte> RowStates => _output.States;

    public ReadOnlySpan<byte> FixedRows => _output.Values;

    public ReadOnlySpan<byte> GetValue(int row) => _output.Value(row);

    public void LookAt(ColumnOutput output) => _output = output;

    /// <summary>Lets go of the answer.</summary>
    public void LookAway() => _output = null!;
}
