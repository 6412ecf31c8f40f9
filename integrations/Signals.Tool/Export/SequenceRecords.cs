namespace Signals.Tool.Export;

/// <summary>Converts rows of an answer over one event type to event records. Used by one thread.</summary>
internal static class SequenceRecords
{
    /// <summary>Fills <paramref name="single"/> with one row.</summary>
    public static void Fill(SingleEvent single, UserId user, in Sequence sequence, EventTypeSchema type, int row)
    {
        single.Begin(type);
        (single.User, single.TimeMs, single.Id) = (user, sequence.Times[row], sequence.Ids[row]);
        foreach (ColumnSchema column in type.Columns.Where(column => !column.IsDropped))
        {
            switch (sequence.States(column.Name)[row])
            {
                case ColumnState.Null:
                    single.SetNull(column.Id);
                    break;
                case ColumnState.Value:
                    SetValue(single, sequence, column, row);
                    break;
            }
        }
    }

    private static void SetValue(SingleEvent single, in Sequence sequence, ColumnSchema column, int row)
    {
        switch (column.Type.Kind)
        {
            case ColumnKind.Boolean: single.Set(column.Id, sequence.Field<bool>(column.Name)[row]); break;
            case ColumnKind.Int8: single.Set(column.Id, sequence.Field<sbyte>(column.Name)[row]); break;
            case ColumnKind.UInt8: single.Set(column.Id, sequence.Field<byte>(column.Name)[row]); break;
            case ColumnKind.Int16: single.Set(column.Id, sequence.Field<short>(column.Name)[row]); break;
            case ColumnKind.UInt16: single.Set(column.Id, sequence.Field<ushort>(column.Name)[row]); break;
            case ColumnKind.Int32: single.Set(column.Id, sequence.Field<int>(column.Name)[row]); break;
            case ColumnKind.UInt32: single.Set(column.Id, sequence.Field<uint>(column.Name)[row]); break;
            case ColumnKind.Int64: single.Set(column.Id, sequence.Field<long>(column.Name)[row]); break;
            case ColumnKind.UInt64: single.Set(column.Id, sequence.Field<ulong>(column.Name)[row]); break;
            case ColumnKind.Float16: single.Set(column.Id, sequence.Field<Half>(column.Name)[row]); break;
            case ColumnKind.Float32: single.Set(column.Id, sequence.Field<float>(column.Name)[row]); break;
            case ColumnKind.Float64: single.Set(column.Id, sequence.Field<double>(column.Name)[row]); break;
            case ColumnKind.VectorInt8: SetVector(single, sequence.Vector<sbyte>(column.Name), column, row); break;
            case ColumnKind.VectorFloat16: SetVector(single, sequence.Vector<Half>(column.Name), column, row); break;
            case ColumnKind.VectorFloat32: SetVector(single, sequence.Vector<float>(column.Name), column, row); break;
            default: single.SetBytes(column.Id, sequence.Bytes(column.Name, row)); break;
        }
    }

    private static void SetVector<T>(SingleEvent single, ReadOnlySpan<T> rows, ColumnSchema column, int row)
        where T : unmanaged =>
        single.SetBytes(
            column.Id,
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(
                rows.Slice(row * column.Type.Dimensions, column.Type.Dimensions)));
}
