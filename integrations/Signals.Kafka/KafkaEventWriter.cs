using System.Buffers;
using Signals.Kafka.Records;

namespace Signals.Kafka;

/// <summary>
/// Appends many events to the log, several in one record. An event is acknowledged by Kafka once <see cref="FlushAsync"/> has returned.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time; use several writers on several threads. A bounded number of records is unacknowledged: beyond
/// it <see cref="AddAsync"/> waits. Lifetime: that of its <see cref="KafkaSignals"/>; what was not flushed is not sent.
/// </remarks>
public sealed class KafkaEventWriter
{
    private const int MaxUnacknowledged = 1_000;

    // A store takes a record as one batch, of 1 MiB by default. Sparse columns take their width there, and nothing in a frame.
    private const long MaxStoredBytes = 768 << 10;
    private const int StoredKeyBytes = 48;

    private readonly KafkaSignals _log;
    private readonly int _recordBytes;
    private readonly EventFrameWriter _frames = new();
    private readonly ArrayBufferWriter<byte> _frame = new(1024);
    private readonly GatheredRecord?[] _gathered;
    private readonly Queue<Task<LogAck>> _sent = new();

    internal KafkaEventWriter(KafkaSignals log, int recordBytes)
    {
        (_log, _recordBytes) = (log, recordBytes);
        _gathered = new GatheredRecord?[log.Partitions];
    }

    /// <summary>
    /// Adds an event to the record of its partition. A record that has no room for it is sent before, one that is full afterwards.
    /// </summary>
    /// <param name="single">The event; copied before the call returns its task.</param>
    /// <exception cref="SignalsException">The event is too large for a frame; nothing was added.</exception>
    /// <exception cref="Confluent.Kafka.ProduceException{TKey, TValue}">Kafka did not acknowledge an earlier record.</exception>
    public ValueTask AddAsync(SingleEvent single)
    {
        ArgumentNullException.ThrowIfNull(single);
        int partition = _log.PartitionOf(single.User);
        GatheredRecord record = _gathered[partition] ??= new GatheredRecord();
        _frame.ResetWrittenCount();
        _frames.Write(single, _frame);
        long stored = StoredBytes(single.EventType, _frame.WrittenCount);
        if (record.Events > 0 && (record.Frames.WrittenCount + _frame.WrittenCount > _recordBytes
            || record.StoredBytes + stored > MaxStoredBytes || record.Events == RecordRows.MaxEventsPerRecord))
        {
            Send(partition, record);
        }

        record.Add(_frame.WrittenSpan, stored);
        if (record.Frames.WrittenCount >= _recordBytes)
        {
            Send(partition, record);
        }

        return _sent.Count <= MaxUnacknowledged ? ValueTask.CompletedTask : AcknowledgeOneAsync();
    }

    /// <summary>Sends what was added and waits until Kafka has acknowledged all of it.</summary>
    /// <returns>
    /// The acknowledgements that it waited for, in the order of sending. <see cref="AddAsync"/> may have waited for earlier ones.
    /// </returns>
    /// <exception cref="Confluent.Kafka.ProduceException{TKey, TValue}">
    /// Kafka did not acknowledge a record; whether its events are in the log is unknown. Add them again: an event that comes twice is
    /// stored once.
    /// </exception>
    public async Task<IReadOnlyList<LogAck>> FlushAsync()
    {
        for (int partition = 0; partition < _gathered.Length; partition++)
        {
            if (_gathered[partition] is { Events: > 0 } record)
            {
                Send(partition, record);
            }
        }

        Task<LogAck>[] sent = [.. _sent];
        _sent.Clear();
        return await Task.WhenAll(sent).ConfigureAwait(false);
    }

    // What an event takes in a store at most: its key, every fixed column at full width, and the bytes of its texts, which the frame has.
    private static long StoredBytes(EventTypeSchema type, int frameBytes)
    {
        long bytes = StoredKeyBytes + frameBytes;
        foreach (ColumnSchema column in type.Columns)
        {
            bytes += 1 + (column.Type.IsVariable ? sizeof(int) : column.Type.Width);
        }

        return bytes;
    }

    // A record has events of several users of its partition, so it has no key and its partition is given.
    private void Send(int partition, GatheredRecord record)
    {
        _sent.Enqueue(_log.SendAsync(RecordKind.Events, partition, key: null, record.Frames.WrittenSpan.ToArray()));
        record.Clear();
    }

    private async ValueTask AcknowledgeOneAsync() => await _sent.Dequeue().ConfigureAwait(false);
}
