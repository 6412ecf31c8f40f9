using System.Diagnostics;
using Confluent.Kafka;
using Signals.Kafka.Records;

namespace Signals.Kafka.Consuming;

/// <summary>
/// The loop of one run: takes records, gathers events into batches, applies the other kinds in their place, and follows the cluster's
/// failures.
/// </summary>
/// <remarks>
/// Thread contract: one thread runs it to its end. Invariant: records are applied in the order of their offsets, each once within a run.
/// Lifetime: one run.
/// </remarks>
internal sealed class PartitionRun(
    SignalStore store, KafkaPartitionOptions options, PartitionConsumer consumer, RunParts parts, PartitionProgress progress)
{
    private const int MaxAttempts = 5;

    private static readonly TimeSpan IdleWait = TimeSpan.FromMilliseconds(100);

    private readonly RecordBatch _batch = parts.Batch;
    private long _next;
    private bool _isDisconnected;
    private bool _mustAssign;
    private int _attempts;
    private long _lastAttempt = Stopwatch.GetTimestamp();
    private long _shown = -1;

    /// <summary>Runs from an offset on until it is cancelled or fails.</summary>
    public void Run(long position, CancellationToken cancellationToken)
    {
        _next = position;
        consumer.Assign(position);
        progress.SetState(KafkaPartitionState.CatchingUp);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool came = Take(_batch.Count > 0 ? TimeSpan.Zero : IdleWait, cancellationToken);
            if (!came || _batch.Count >= options.MaxBatchRecords || _batch.Arena.Length >= options.MaxBatchBytes)
            {
                Apply(cancellationToken);
                Follow(isIdle: !came, cancellationToken);
            }
        }
    }

    /// <summary>Takes what comes next. False when nothing came.</summary>
    private bool Take(TimeSpan wait, CancellationToken cancellationToken)
    {
        ConsumeResult<RecordBytes, RecordBytes>? taken;
        try
        {
            taken = consumer.Take(wait);
        }
        catch (ConsumeException error) when (!error.Error.IsFatal)
        {
            Apply(cancellationToken);
            Survive(error, cancellationToken);
            return false; // what follows asks the cluster
        }

        if (taken is null || _mustAssign)
        {
            return false; // what comes behind an error may leave a gap; it comes again from the offset that is next
        }

        if (taken.IsPartitionEOF)
        {
            ReachEnd(taken.Offset.Value, cancellationToken);
            return true;
        }

        Gather(taken, cancellationToken);
        return true;
    }

    private void Gather(ConsumeResult<RecordBytes, RecordBytes> taken, CancellationToken cancellationToken)
    {
        long offset = taken.Offset.Value;
        if (offset < _next)
        {
            return; // fetched again after a pause
        }

        _next = offset + 1;
        _attempts = 0;
        _isDisconnected = false;
        if (progress.State != KafkaPartitionState.CatchingUp)
        {
            progress.SetState(KafkaPartitionState.CatchingUp);
        }

        BufferedRecord record = Buffered(taken);
        if (record.Kind == RecordKind.Events)
        {
            _batch.Add(record);
            parts.Trace.Add(taken.Message.Headers);
            return;
        }

        WriteBatch(cancellationToken);
        parts.Control.Apply(_batch, record, cancellationToken);
        _batch.Clear();
    }

    private static BufferedRecord Buffered(ConsumeResult<RecordBytes, RecordBytes> taken)
    {
        Message<RecordBytes, RecordBytes> message = taken.Message;
        long timestampMs = message.Timestamp.Type == TimestampType.NotAvailable ? 0 : message.Timestamp.UnixTimestampMs;
        BufferedRecord record = new(RecordKind.Events, taken.Offset.Value, timestampMs, message.Key, message.Value);
        if (message.Headers is not { Count: > 0 } headers || !headers.TryGetLastBytes(PartitionLogFormat.KindHeader, out byte[] kind))
        {
            return record;
        }

        RecordKind named = PartitionLogFormat.KindOf(kind);
        return record with
        {
            Kind = named,
            UnknownKind = named == RecordKind.Unknown ? System.Text.Encoding.UTF8.GetString(kind ?? []) : null,
        };
    }

    private void Apply(CancellationToken cancellationToken)
    {
        WriteBatch(cancellationToken);
        _batch.Clear();
    }

    private void WriteBatch(CancellationToken cancellationToken)
    {
        if (_batch.Count > 0)
        {
            using Activity? activity = parts.Trace.Start(_batch);
            parts.Writer.Write(_batch, cancellationToken);
        }
    }

    private void ReachEnd(long end, CancellationToken cancellationToken)
    {
        Apply(cancellationToken);
        parts.Writer.Finish(cancellationToken);
        if (end > progress.Position)
        {
            // Behind the last record are markers of transactions. When they are not passed, the topic seems truncated once it drops them.
            parts.Writer.StorePosition(end, cancellationToken);
        }

        _next = Math.Max(_next, end);
        _attempts = 0;
        progress.SawEnd(end);
        _isDisconnected = false;
        progress.SetState(KafkaPartitionState.CaughtUp);
    }

    /// <summary>What is done between batches: acknowledgements, the end of the partition, those who wait, a lost cluster.</summary>
    private void Follow(bool isIdle, CancellationToken cancellationToken)
    {
        // Before that it would only keep the store from applying one group while the next one is decoded.
        if (isIdle || progress.HasWaitersUpTo(_next))
        {
            parts.Writer.Finish(cancellationToken);
        }

        if (consumer.LostBrokers)
        {
            consumer.LostBrokers = false;
            _isDisconnected = true;
            progress.SetState(KafkaPartitionState.Disconnected);
            progress.Report(new KafkaException(new Error(ErrorCode.Local_AllBrokersDown)));
        }

        if (consumer.CachedEnd is >= 0 and long end)
        {
            progress.SawEnd(end);
        }

        CaughtUpWaiter[] asking = progress.WaitersWithoutTarget();
        if (_isDisconnected || asking.Length > 0)
        {
            AskCluster(asking);
        }

        if (progress.HasWaitersUpTo(progress.Position))
        {
            store.WaitUntilVisibleAsync(cancellationToken).GetAwaiter().GetResult();
            progress.ReleaseWaiters();
        }

        Show();
    }

    private void AskCluster(CaughtUpWaiter[] asking)
    {
        if (_isDisconnected && Stopwatch.GetElapsedTime(_lastAttempt) < options.RetryDelay)
        {
            return;
        }

        _lastAttempt = Stopwatch.GetTimestamp();
        try
        {
            if (_isDisconnected)
            {
                long begin = parts.Start.Ask(); // the topic may have been made anew or truncated meanwhile
                if (_mustAssign)
                {
                    _next = Math.Max(_next, begin);
                    consumer.Assign(_next);
                    _mustAssign = false;
                }

                progress.SetState(progress.Lag == 0 ? KafkaPartitionState.CaughtUp : KafkaPartitionState.CatchingUp);
                _isDisconnected = false;
            }

            long end = consumer.QueryEnds().High.Value;
            progress.SawEnd(end);
            progress.SetTargets(asking, end);
        }
        catch (KafkaException error) when (!error.Error.IsFatal)
        {
            progress.Report(error);
        }
    }

    // An error of fetching: the cluster fails for a while, a record cannot be read, or the position is outside of the topic. The client
    // may have passed over the record, so fetching begins again at the offset that is next; asking the cluster first says in words when
    // that offset is gone.
    private void Survive(ConsumeException error, CancellationToken cancellationToken)
    {
        progress.Report(error);
        if (!_mustAssign && IsAboutARecord(error.Error.Code) && ++_attempts == MaxAttempts)
        {
            parts.Writer.Finish(cancellationToken); // The run ends at the position of everything before the record.
            throw new RecordUnreadableException(progress.Topic, progress.Partition, _next, MaxAttempts, error);
        }

        _mustAssign = true;
        _isDisconnected = true;
        progress.SetState(KafkaPartitionState.Disconnected);
    }

    private static bool IsAboutARecord(ErrorCode code) => code is ErrorCode.Local_KeyDeserialization
        or ErrorCode.Local_ValueDeserialization or ErrorCode.Local_BadMsg or ErrorCode.Local_BadCompression or ErrorCode.InvalidMsg
        or ErrorCode.Local_NotImplemented or ErrorCode.Local_Underflow;

    // Only the tools' view lags when it fails.
    private void Show()
    {
        if (options.LagGroup is null)
        {
            return;
        }

        if (consumer.ShowError is { } refused)
        {
            consumer.ShowError = null;
            progress.Report(refused);
        }

        long position = progress.Position;
        if (_shown == position)
        {
            return;
        }

        try
        {
            consumer.Show(position);
            _shown = position;
        }
        catch (KafkaException error) when (!error.Error.IsFatal)
        {
            progress.Report(error);
        }
    }
}
