using Signals.Core.Ingest;
using Signals.Core.Schema;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>Copies text and bytes. Immutable.</summary>
internal sealed class VariableSetter(VariableColumn column, int source) : ColumnSetter(source)
{
    /// <inheritdoc />
    protected override void SetValue(EventRow row, ReadOnlySpan<byte> value) => row.SetBytes(column, value);

    /// <inheritdoc />
    protected override void SetNull(EventRow row) => row.SetNull(column);
}
