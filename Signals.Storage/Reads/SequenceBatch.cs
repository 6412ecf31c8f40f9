using Signals.Offline;
using Signals.Storage.Reads;

namespace Signals;

/// <summary>
/// The sequences of several users in one jagged answer: in every span, the rows of user i are those from <c>Offsets[i]</c> up to
/// <c>Offsets[i + 1]</c>. It is a lease on pooled memory; dispose it when you no longer need the spans.
/// </summary>
/// <remarks>Thread contract and lifetime: like <see cref="Sequence"/>.</remarks>
public readonly struct SequenceBatch : IDisposable, IEquatable<SequenceBatch>
{
    private readonly SequenceBuffer? _buffer;
    private readonly int _generation;

    internal SequenceBatch(SequenceBuffer buffer)
    {
        _buffer = buffer;
        _generation = buffer.Generation;
    }

    /// <summary>How many users, in the order in which they were asked for.</summary>
    public int UserCount => Buffer.Statuses.Count;

    /// <summary>How many events over all users.</summary>
    public int Count => Buffer.Times.Count;

    /// <summary>The first row of each user, followed by the row count; <see cref="UserCount"/> + 1 values.</summary>
    public ReadOnlySpan<int> Offsets => Buffer.Ends.Span;

    /// <summary>For each user whether the answer is complete or the user is unknown; <see cref="UserCount"/> of them.</summary>
    public ReadOnlySpan<SequenceStatus> Statuses => Buffer.Statuses.Span;

    /// <summary>Event times, milliseconds since the Unix epoch, UTC.</summary>
    public ReadOnlySpan<long> Times => Buffer.Times.Span;

    /// <summary>Event ids.</summary>
    public ReadOnlySpan<ulong> Ids => Buffer.Ids.Span;

    /// <summary>Ids of the events' types.</summary>
    public ReadOnlySpan<ushort> EventTypes => Buffer.EventTypes.Span;

    /// <summary>The query that was answered.</summary>
    public SequenceQuery Query => Buffer.Query;

    internal SequenceBuffer Buffer => SequenceAccess.Live(_buffer, _generation);

    /// <summary>The values of a scalar column; 0 where the state is absent or null.</summary>
    /// <exception cref="ArgumentException">
    /// The query has no such column, or its values are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Field<T>(string column)
        where T : unmanaged
    {
        SequenceBuffer buffer = Buffer;
        return SequenceAccess.Field<T>(buffer, buffer.Query.OrdinalOf(column));
    }

    /// <summary>The components of a vector column: <see cref="Count"/> x dimensions, row after row.</summary>
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

    /// <summary>The state of a column in each row: value, null or absent.</summary>
    public ReadOnlySpan<ColumnState> States(string column)
    {
        SequenceBuffer buffer = Buffer;
        return SequenceAccess.States(buffer, buffer.Query.OrdinalOf(column));
    }

    /// <summary>
    /// The newest event time of a type that had been indexed when the read began; <see cref="long.MinValue"/> when there was
    /// none.
    /// </summary>
    /// <exception cref="ArgumentException">The query does not read this event type.</exception>
    public long Watermark(string eventType) => SequenceAccess.Watermark(Buffer, eventType);

    /// <summary>What was declared and corrected of a type's history when the read began.</summary>
    /// <exception cref="ArgumentException">The query does not read this event type.</exception>
    public Completeness Completeness(string eventType) => SequenceAccess.Completeness(Buffer, eventType);

    /// <summary>Ends the lease. A second call does nothing.</summary>
    public void Dispose() => SequenceAccess.End(_buffer, _generation);

    /// <summary>Whether both are the same lease.</summary>
    public bool Equals(SequenceBatch other) => ReferenceEquals(_buffer, other._buffer) && _generation == other._generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SequenceBatch other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_buffer, _generation);

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(SequenceBatch left, SequenceBatch right) => left.Equals(right);

    /// <summary>Whether they are different leases.</summary>
    public static bool operator !=(SequenceBatch left, SequenceBatch right) => !left.Equals(right);
}
