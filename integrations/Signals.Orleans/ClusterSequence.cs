using System.Text;
using Signals.Orleans.Replicas;
using Signals.Orleans.Wire;
using Signals.Serving;

namespace Signals.Orleans;

/// <summary>
/// One user's sequence from a cluster: contiguous columns, where row i of every span belongs to the same event, and what is known
/// about where it comes from and how late it may be. It is a lease on pooled memory; dispose it when you no longer need the spans.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. After dispose every member that gives a span throws <see cref="ObjectDisposedException"/>.
/// Copies of this value share the lease: dispose only one of them. The spans lie in the store's memory when the replica is in this
/// process, and in the bytes that came over the network otherwise; nothing else differs.
/// </remarks>
public readonly struct ClusterSequence : IDisposable, IEquatable<ClusterSequence>
{
    // One lease for either kind of local answer, and no values in which a part is left empty: then an answer is made field by field where
    // the caller wants it. Empty parts made the compiler copy the whole of it twice before, each time right after it was written in pieces,
    // for which the processor waits.
    private readonly SequenceLease _lease;
    private readonly object? _source; // The query of a local answer by query, the rows of another machine, or null for a definition.

    internal ClusterSequence(ServedSequence served, in ClusterAnswer answer)
    {
        _lease = served.Lease;
        _source = null;
        Answer = answer;
    }

    internal ClusterSequence(Sequence plain, CompiledQuery query, in ClusterAnswer answer)
    {
        _lease = plain.Lease;
        _source = query;
        Answer = answer;
    }

    internal ClusterSequence(RemoteRows remote, in ClusterAnswer answer)
    {
        _lease = default;
        _source = remote;
        Answer = answer;
    }

    /// <summary>Where the answer comes from, and how late it may be.</summary>
    public ClusterAnswer Answer { get; }

    /// <summary>
    /// What the sequence holds and lacks of what its replica knows. Whether the replica knows everything is said by
    /// <see cref="Answer"/>.
    /// </summary>
    public ServingStatus Status => _source is RemoteRows remote ? remote.Status : Local.Status;

    private ServedSequence Served => ServedSequence.Of(_lease);

    private Sequence Plain => Sequence.Of(_lease);

    private LocalRows Local => _source is CompiledQuery query ? new LocalRows(Plain, query) : new LocalRows(Served);

    /// <summary>How many events.</summary>
    public int Count => _source is null ? Served.Count : _source is RemoteRows remote ? remote.Count : Plain.Count;

    /// <summary>Event times, milliseconds since the Unix epoch, UTC; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<long> Times => _source is null ? Served.Times : _source is RemoteRows remote ? remote.Times : Plain.Times;

    /// <summary>Event ids; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ulong> Ids => _source is null ? Served.Ids : _source is RemoteRows remote ? remote.Ids : Plain.Ids;

    /// <summary>Ids of the events' types, as in <see cref="IClusterStore.Schema"/>; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ushort> EventTypes =>
        _source is null ? Served.EventTypes : _source is RemoteRows remote ? remote.EventTypes : Plain.EventTypes;

    /// <summary>The names of the columns, in order.</summary>
    public IReadOnlyList<string> ColumnNames => _source is RemoteRows remote ? remote.ColumnNames : Local.ColumnNames;

    /// <summary>The type of a column's values.</summary>
    /// <exception cref="ArgumentException">The answer has no such column.</exception>
    public ColumnType TypeOf(string column) => _source is RemoteRows remote ? remote.TypeOf(column) : Local.TypeOf(column);

    /// <summary>The values of a scalar column, <see cref="Count"/> of them; 0 where the state is absent or null.</summary>
    /// <exception cref="ArgumentException">
    /// The answer has no such column, or its values are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Field<T>(string column)
        where T : unmanaged =>
        _source is null ? Served.Field<T>(column) : _source is RemoteRows remote ? remote.Field<T>(column) : Plain.Field<T>(column);

    /// <summary>
    /// The components of a vector column: <see cref="Count"/> x dimensions, row after row; zeros where absent or null.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The answer has no such column, or its components are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Vector<T>(string column)
        where T : unmanaged =>
        _source is null ? Served.Vector<T>(column) : _source is RemoteRows remote ? remote.Vector<T>(column) : Plain.Vector<T>(column);

    /// <summary>The bytes of a text (UTF-8) or bytes column in one row; empty where absent or null.</summary>
    /// <exception cref="ArgumentException">The answer has no such column, or it is of fixed width.</exception>
    public ReadOnlySpan<byte> Bytes(string column, int row) =>
        _source is RemoteRows remote ? remote.Bytes(column, row) : Local.Bytes(column, row);

    /// <summary>The text of a column in one row; null where the state is absent or null. Allocates the string.</summary>
    public string? Text(string column, int row) =>
        States(column)[row] == ColumnState.Value ? Encoding.UTF8.GetString(Bytes(column, row)) : null;

    /// <summary>The state of a column in each row: value, null or absent; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ColumnState> States(string column) => _source is RemoteRows remote ? remote.States(column) : Local.States(column);

    /// <summary>
    /// The newest event time of a type that the replica had indexed when the read began, in milliseconds since the Unix epoch;
    /// <see cref="long.MinValue"/> when there was none.
    /// </summary>
    /// <exception cref="ArgumentException">The read was not about this event type.</exception>
    public long Watermark(string eventType) => _source is RemoteRows remote ? remote.Watermark(eventType) : Local.Watermark(eventType);

    /// <summary>Ends the lease. A second call does nothing.</summary>
    public void Dispose()
    {
        if (_source is null)
        {
            Served.Dispose();
        }
        else if (_source is RemoteRows remote)
        {
            remote.Dispose();
        }
        else
        {
            Plain.Dispose();
        }
    }

    /// <summary>Whether both are the same lease.</summary>
    public bool Equals(ClusterSequence other) => _lease == other._lease && ReferenceEquals(_source, other._source);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ClusterSequence other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_lease, _source);

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(ClusterSequence left, ClusterSequence right) => left.Equals(right);

    /// <summary>Whether they are different leases.</summary>
    public static bool operator !=(ClusterSequence left, ClusterSequence right) => !left.Equals(right);
}
