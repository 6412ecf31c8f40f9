using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Orleans.Replicas;

/// <summary>
/// The rows of an answer of a store in this process, from a definition or from a query. A lease, like what it holds.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Exactly one of the two leases is set.</remarks>
internal readonly struct LocalRows : IDisposable
{
    private readonly ServedSequence _served;
    private readonly Sequence _plain;
    private readonly CompiledQuery? _query;

    public LocalRows(ServedSequence served) => _served = served;

    public LocalRows(Sequence plain, CompiledQuery query)
    {
        _plain = plain;
        _query = query;
    }

    public int Count => _query is null ? _served.Count : _plain.Count;

    public ReadOnlySpan<long> Times => _query is null ? _served.Times : _plain.Times;

    public ReadOnlySpan<ulong> Ids => _query is null ? _served.Ids : _plain.Ids;

    public ReadOnlySpan<ushort> EventTypes => _query is null ? _served.EventTypes : _plain.EventTypes;

    public IReadOnlyList<string> ColumnNames => _query is null ? _served.ColumnNames : _plain.Query.ColumnNames;

    /// <summary>The status; an unknown user is the one thing that a query can report.</summary>
    public ServingStatus Status => _query is null
        ? _served.Status
        : _plain.Status == SequenceStatus.UnknownUser ? ServingStatus.UnknownUser : ServingStatus.Complete;

    public ReadOnlySpan<EventTypeSchema> TypesRead => _query is null ? _served.TypesRead : _query.Types;

    public long NowMs => _query is null ? _served.NowMs : 0;

    public long Watermark(string eventType) => _query is null ? _served.Watermark(eventType) : _plain.Watermark(eventType);

    public ColumnType TypeOf(string column) =>
        _query is null ? _served.TypeOf(column) : _query.ColumnTypes[_plain.Query.OrdinalOf(column)];

    public ReadOnlySpan<T> Field<T>(string column)
        where T : unmanaged => _query is null ? _served.Field<T>(column) : _plain.Field<T>(column);

    public ReadOnlySpan<T> Vector<T>(string column)
        where T : unmanaged => _query is null ? _served.Vector<T>(column) : _plain.Vector<T>(column);

    public ReadOnlySpan<ColumnState> States(string column) => _query is null ? _served.States(column) : _plain.States(column);

    public ReadOnlySpan<byte> Bytes(string column, int row) =>
        _query is null ? _served.Bytes(column, row) : _plain.Bytes(column, row);

    /// <summary>The values of a column of fixed width as bytes: row i lies at <c>i * Width</c>.</summary>
    public ReadOnlySpan<byte> FixedRows(string column) => TypeOf(column).Kind switch
    {
        ColumnKind.Boolean => MemoryMarshal.AsBytes(Field<bool>(column)),
        ColumnKind.Int8 => MemoryMarshal.AsBytes(Field<sbyte>(column)),
        ColumnKind.UInt8 => Field<byte>(column),
        ColumnKind.Int16 => MemoryMarshal.AsBytes(Field<short>(column)),
        ColumnKind.UInt16 => MemoryMarshal.AsBytes(Field<ushort>(column)),
        ColumnKind.Int32 => MemoryMarshal.AsBytes(Field<int>(column)),
        ColumnKind.UInt32 => MemoryMarshal.AsBytes(Field<uint>(column)),
        ColumnKind.Int64 => MemoryMarshal.AsBytes(Field<long>(column)),
        ColumnKind.UInt64 => MemoryMarshal.AsBytes(Field<ulong>(column)),
        ColumnKind.Float16 => MemoryMarshal.AsBytes(Field<Half>(column)),
        ColumnKind.Float32 => MemoryMarshal.AsBytes(Field<float>(column)),
        ColumnKind.Float64 => MemoryMarshal.AsBytes(Field<double>(column)),
        ColumnKind.VectorInt8 => MemoryMarshal.AsBytes(Vector<sbyte>(column)),
        ColumnKind.VectorFloat16 => MemoryMarshal.AsBytes(Vector<Half>(column)),
        ColumnKind.VectorFloat32 => MemoryMarshal.AsBytes(Vector<float>(column)),
        ColumnKind other => throw new ArgumentException(
            $"The column '{column}' is {other}; its values have no fixed width.", nameof(column)),
    };

    public void Dispose()
    {
        if (_query is null)
        {
            _served.Dispose();
        }
        else
        {
            _plain.Dispose();
        }
    }
}
