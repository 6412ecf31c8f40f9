using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Reads;

namespace Signals.Tool.Export;

/// <summary>Converts rows of an answer over one event type to event records. Used by one thread.</summary>
internal static class SequenceRecords
{
    /// <summary>Fills <paramref name="record"/> with one row.</summary>
    public static void Fill(EventRecord record, UserId user, in Sequence sequence, EventTypeSchema type, int row)
    {
        record.Begin(type);
        (record.User, record.TimeMs, record.Id) = (user, sequence.Times[row], sequence.Ids[row]);
        foreach (ColumnSchema column in type.Columns)
        {
            switch (sequence.States(column.Name)[row])
            {
                case ColumnState.Null:
                    record.SetNull(column.Id);
                    break;
                case ColumnState.Value:
                    SetValue(record, sequence, column, row);
                    break;
            }
        }
    }

    private static void SetValue(EventRecord record, in Sequence sequence, ColumnSchema column, int row)
    {
        switch (column.Type.Kind)
        {
            case ColumnKind.Boolean: record.Set(column.Id, sequence.Field<bool>(column.Name)[row]); break;
            case ColumnKind.Int8: record.Set(column.Id, sequence.Field<sbyte>(column.Name)[row]); break;
            case ColumnKind.UInt8: record.Set(column.Id, sequence.Field<byte>(column.Name)[row]); break;
            case ColumnKind.Int16: record.Set(column.Id, sequence.Field<short>(column.Name)[row]); break;
            case ColumnKind.UInt16: record.Set(column.Id, sequence.Field<ushort>(column.Name)[row]); break;
            case ColumnKind.Int32: record.Set(column.Id, sequence.Field<int>(column.Name)[row]); break;
            case ColumnKind.UInt32: record.Set(column.Id, sequence.Field<uint>(column.Name)[row]); break;
            case ColumnKind.Int64: record.Set(column.Id, sequence.Field<long>(column.Name)[row]); break;
            case ColumnKind.UInt64: record.Set(column.Id, sequence.Field<ulong>(column.Name)[row]); break;
            case ColumnKind.Float16: record.Set(column.Id, sequence.Field<Half>(column.Name)[row]); break;
            case ColumnKind.Float32: record.Set(column.Id, sequence.Field<float>(column.Name)[row]); break;
            case ColumnKind.Float64: record.Set(column.Id, sequence.Field<double>(column.Name)[row]); break;
            case ColumnKind.VectorInt8: SetVector(record, sequence.Vector<sbyte>(column.Name), column, row); break;
            case ColumnKind.VectorFloat16: SetVector(record, sequence.Vector<Half>(column.Name), column, row); break;
            case ColumnKind.VectorFloat32: SetVector(record, sequence.Vector<float>(column.Name), column, row); break;
            default: record.SetBytes(column.Id, sequence.Bytes(column.Name, row)); break;
        }
    }

    private static void SetVector<T>(EventRecord record, ReadOnlySpan<T> rows, ColumnSchema column, int row)
        where T : unmanaged =>
        record.SetBytes(
            column.Id,
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(
                rows.Slice(row * column.Type.Dimensions, column.Type.Dimensions)));
}
