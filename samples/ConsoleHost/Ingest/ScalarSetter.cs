using System.Runtime.InteropServices;
using Signals.Core.Ingest;
using Signals.Core.Schema;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>Copies numbers and booleans. Immutable.</summary>
internal sealed class ScalarSetter<T>(Column<T> column, int source) : ColumnSetter(source)
    where T : unmanaged
{
    /// <inheritdoc />
    protected override void SetValue(EventRow row, ReadOnlySpan<byte> value) => row.Set(column, MemoryMarshal.Read<T>(value));

    /// <inheritdoc />
    protected override void SetNull(EventRow row) => row.SetNull(column);
}
