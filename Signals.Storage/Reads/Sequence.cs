using System.Runtime.CompilerServices;
using System.Text;
using Signals.Offline;
using Signals.Storage.Reads;

namespace Signals;

/// <summary>
/// One user's events in order, as contiguous columns: row i of every span belongs to the same event. It is a lease on pooled
/// memory; dispose it when you no longer need the spans.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. After dispose every member throws <see cref="ObjectDisposedException"/>. Spans taken
/// before may show another answer's values, but stay valid memory. Copies of this value share the lease: dispose only one of
/// them.
/// </remarks>
public readonly struct Sequence : IDisposable, IEquatable<Sequence>
{
    private readonly SequenceBuffer? _buffer;
    private readonly int _generation;

    internal Sequence(SequenceBuffer buffer)
    {
        _buffer = buffer;
        _generation = buffer.Generation;
    }

    private Sequence(SequenceBuffer buffer, int generation)
    {
        _buffer = buffer;
        _generation = generation;
    }

    /// <summary>The lease without its kind. <see cref="Of"/> makes the sequence again.</summary>
    public SequenceLease Lease => new(_buffer, _generation);

    /// <summary>Whether the answer is complete, or the user is unknown.</summary>
    public SequenceStatus Status => Buffer.Statuses[0];

    /// <summary>How many events.</summary>
    public int Count => Buffer.Times.Count;

    /// <summary>Event times, milliseconds since the Unix epoch, UTC; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<long> Times => Buffer.Times.Span;

    /// <summary>Event ids; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ulong> Ids => Buffer.Ids.Span;

    /// <summary>Ids of the events' types, as in <c>store.Schema</c>; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ushort> EventTypes => Buffer.EventTypes.Span;

    /// <summary>The query that was answered.</summary>
    public SequenceQuery Query => Buffer.Query;

    internal SequenceBuffer Buffer => SequenceAccess.Live(_buffer, _generation);

    /// <summary>The sequence of a lease.</summary>
    /// <param name="lease">The lease; the default one makes the default sequence.</param>
    /// <exception cref="ArgumentException">It is the lease of another kind of answer.</exception>
    public static Sequence Of(SequenceLease lease) =>
        lease.Owner is SequenceBuffer buffer ? new(buffer, lease.Generation)
        : lease.Owner is null ? default
        : throw SequenceLease.IsNotOf(nameof(Sequence));

    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void RequireLive() => ObjectDisposedException.ThrowIf(_buffer is null || !_buffer.IsLive(_generation), typeof(Sequence));

    /// <summary>The values of a scalar column, <see cref="Count"/> of them; 0 where the state is absent or null.</summary>
    /// <exception cref="ArgumentException">
    /// The query has no such column, or its values are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Field<T>(string column)
        where T : unmanaged
    {
        SequenceBuffer buffer = Buffer;
        return SequenceAccess.Field<T>(buffer, buffer.Query.OrdinalOf(column));
    }

    /// <summary>
    /// Like <see cref="Field{T}(string)"/>, by position in <see cref="SequenceQuery.ColumnNames"/> and without a lookup.
    /// </summary>
    public ReadOnlySpan<T> Field<T>(int ordinal)
        where T : unmanaged => SequenceAccess.Field<T>(Buffer, ordinal);

    /// <summary>
    /// The components of a vector column: <see cref="Count"/> x dimensions, row after row; zeros where absent or null.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The query has no such column, or its components are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Vector<T>(string column)
        where T : unmanaged
    {
        SequenceBuffer buffer = Buffer;
        return SequenceAccess.Vector<T>(buffer, buffer.Query.OrdinalOf(column));
    }

    /// <summary>The bytes of a text (UTF-8) or bytes column in one row; empty where absent or null.</summary>
    public ReadOnlySpan<byte> Bytes(string column, int row)
    {
        SequenceBuffer buffer = Buffer;
        return SequenceAccess.Bytes(buffer, buffer.Query.OrdinalOf(column), row);
    }

    /// <summary>The text of a column in one row; null where the state is absent or null. Allocates the string.</summary>
    public string? Text(string column, int row)
    {
        SequenceBuffer buffer = Buffer;
        int ordinal = buffer.Query.OrdinalOf(column);
        return SequenceAccess.States(buffer, ordinal)[row] == ColumnState.Value
            ? Encoding.UTF8.GetString(SequenceAccess.Bytes(buffer, ordinal, row))
            : null;
    }

    /// <summary>The state of a column in each row: value, null or absent; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ColumnState> States(string column)
    {
        SequenceBuffer buffer = Buffer;
        return SequenceAccess.States(buffer, buffer.Query.OrdinalOf(column));
    }

    /// <summary>
    /// The newest event time of a type that had been indexed when the read began, in milliseconds since the Unix epoch;
    /// <see cref="long.MinValue"/> when there was none.
    /// </summary>
    /// <exception cref="ArgumentException">The query does not read this event type.</exception>
    public long Watermark(string eventType) => SequenceAccess.Watermark(Buffer, eventType);

    /// <summary>What was declared and corrected of a type's history when the read began.</summary>
    /// <exception cref="ArgumentException">The query does not read this event type.</exception>
    public Completeness Completeness(string eventType) => SequenceAccess.Completeness(Buffer, eventType);

    /// <summary>Ends the lease. A second call does nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose() => SequenceAccess.End(_buffer, _generation);

    /// <summary>Whether both are the same lease.</summary>
    public bool Equals(Sequence other) => ReferenceEquals(_buffer, other._buffer) && _generation == other._generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Sequence other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_buffer, _generation);

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(Sequence left, Sequence right) => left.Equals(right);

    /// <summary>Whether they are different leases.</summary>
    public static bool operator !=(Sequence left, Sequence right) => !left.Equals(right);
}
