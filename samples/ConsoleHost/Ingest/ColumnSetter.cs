using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Core.Schema;
using Signals.Samples.ConsoleHost.Events;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>
/// Copies one column of an <see cref="EventRecord"/> into a batch's row. The column handle is looked up once, so that no name is
/// looked up and no value boxed per event. Immutable.
/// </summary>
internal abstract class ColumnSetter(int source)
{
    /// <summary>Copies state and value; an absent column stays unset.</summary>
    public void Copy(EventRecord record, EventRow row)
    {
        switch (record.State(source))
        {
            case ColumnState.Value:
                SetValue(row, record.Bytes(source));
                break;
            case ColumnState.Null:
                SetNull(row);
                break;
        }
    }

    /// <summary>The setter of a column: <paramref name="source"/> is its place in the records, the name its place in the store.</summary>
    public static ColumnSetter For(EventTypeSchema type, ColumnSchema column, int source) => column.Type.Kind switch
    {
        ColumnKind.Boolean => new ScalarSetter<bool>(type.Column<bool>(column.Name), source),
        ColumnKind.Int8 => new ScalarSetter<sbyte>(type.Column<sbyte>(column.Name), source),
        ColumnKind.UInt8 => new ScalarSetter<byte>(type.Column<byte>(column.Name), source),
        ColumnKind.Int16 => new ScalarSetter<short>(type.Column<short>(column.Name), source),
        ColumnKind.UInt16 => new ScalarSetter<ushort>(type.Column<ushort>(column.Name), source),
        ColumnKind.Int32 => new ScalarSetter<int>(type.Column<int>(column.Name), source),
        ColumnKind.UInt32 => new ScalarSetter<uint>(type.Column<uint>(column.Name), source),
        ColumnKind.Int64 => new ScalarSetter<long>(type.Column<long>(column.Name), source),
        ColumnKind.UInt64 => new ScalarSetter<ulong>(type.Column<ulong>(column.Name), source),
        ColumnKind.Float16 => new ScalarSetter<Half>(type.Column<Half>(column.Name), source),
        ColumnKind.Float32 => new ScalarSetter<float>(type.Column<float>(column.Name), source),
        ColumnKind.Float64 => new ScalarSetter<double>(type.Column<double>(column.Name), source),
        ColumnKind.VectorInt8 => new VectorSetter<sbyte>(type.Column<sbyte>(column.Name), source),
        ColumnKind.VectorFloat16 => new VectorSetter<Half>(type.Column<Half>(column.Name), source),
        ColumnKind.VectorFloat32 => new VectorSetter<float>(type.Column<float>(column.Name), source),
        _ => new VariableSetter(type.VariableColumn(column.Name), source),
    };

    /// <summary>Sets the row's value from its little-endian (or UTF-8) bytes.</summary>
    protected abstract void SetValue(EventRow row, ReadOnlySpan<byte> value);

    /// <summary>Says that the row has no value.</summary>
    protected abstract void SetNull(EventRow row);
}
