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
    private readonly LocalRows _local;
    private readonly RemoteRows? _remote;

    internal ClusterSequence(LocalRows local, in ClusterAnswer answer)
    {
        _local = local;
        Answer = answer;
    }

    internal ClusterSequence(RemoteRows remote, in ClusterAnswer answer)
    {
        _remote = remote;
        Answer = answer;
    }

    /// <summary>Where the answer comes from, and how late it may be.</summary>
    public ClusterAnswer Answer { get; }

    /// <summary>
    /// What the sequence holds and lacks of what its replica knows. Whether the replica knows everything is said by
    /// <see cref="Answer"/>.
    /// </summary>
    public ServingStatus Status => _remote is null ? _local.Status : _remote.Status;

    /// <summary>How many events.</summary>
    public int Count => _remote is null ? _local.Count : _remote.Count;

    /// <summary>Event times, milliseconds since the Unix epoch, UTC; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<long> Times => _remote is null ? _local.Times : _remote.Times;

    /// <summary>Event ids; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ulong> Ids => _remote is null ? _local.Ids : _remote.Ids;

    /// <summary>Ids of the events' types, as in <see cref="IClusterStore.Schema"/>; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ushort> EventTypes => _remote is null ? _local.EventTypes : _remote.EventTypes;

    /// <summary>The names of the columns, in order.</summary>
    public IReadOnlyList<string> ColumnNames => _remote is null ? _local.ColumnNames : _remote.ColumnNames;

    /// <summary>The type of a column's values.</summary>
    /// <exception cref="ArgumentException">The answer has no such column.</exception>
    public ColumnType TypeOf(string column) => _remote is null ? _local.TypeOf(column) : _remote.TypeOf(column);

    /// <summary>The values of a scalar column, <see cref="Count"/> of them; 0 where the state is absent or null.</summary>
    /// <exception cref="ArgumentException">
    /// The answer has no such column, or its values are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Field<T>(string column)
        where T : unmanaged => _remote is null ? _local.Field<T>(column) : _remote.Field<T>(column);

    /// <summary>
    /// The components of a vector column: <see cref="Count"/> x dimensions, row after row; zeros where absent or null.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The answer has no such column, or its components are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Vector<T>(string column)
        where T : unmanaged => _remote is null ? _local.Vector<T>(column) : _remote.Vector<T>(column);

    /// <summary>The bytes of a text (UTF-8) or bytes column in one row; empty where absent or null.</summary>
    /// <exception cref="ArgumentException">The answer has no such column, or it is of fixed width.</exception>
    public ReadOnlySpan<byte> Bytes(string column, int row) =>
        _remote is null ? _local.Bytes(column, row) : _remote.Bytes(column, row);

    /// <summary>The text of a column in one row; null where the state is absent or null. Allocates the string.</summary>
    public string? Text(string column, int row) =>
        States(column)[row] == ColumnState.Value ? Encoding.UTF8.GetString(Bytes(column, row)) : null;

    /// <summary>The state of a column in each row: value, null or absent; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ColumnState> States(string column) => _remote is null ? _local.States(column) : _remote.States(column);

    /// <summary>
    /// The newest event time of a type that the replica had indexed when the read began, in milliseconds since the Unix epoch;
    /// <see cref="long.MinValue"/> when there was none.
    /// </summary>
    /// <exception cref="ArgumentException">The read was not about this event type.</exception>
    public long Watermark(string eventType) => _remote is null ? _local.Watermark(eventType) : _remote.Watermark(eventType);

    /// <summary>Ends the lease. A second call does nothing.</summary>
    public void Dispose()
    {
        if (_remote is null)
        {
            _local.Dispose();
        }
        else
        {
            _remote.Dispose();
        }
    }

    /// <summary>Whether both are the same lease.</summary>
    public bool Equals(ClusterSequence other) => ReferenceEquals(_remote, other._remote) && _local.IsSameLease(other._local);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ClusterSequence other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_remote, Answer);

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(ClusterSequence left, ClusterSequence right) => left.Equals(right);

    /// <summary>Whether they are different leases.</summary>
    public static bool operator !=(ClusterSequence left, ClusterSequence right) => !left.Equals(right);
}
