using Signals.Kafka.Poison;
using Signals.Kafka.Records;

namespace Signals.Kafka.Consuming;

/// <summary>Decodes records of events into groups and appends each group with the position behind its last record.</summary>
/// <remarks>
/// Thread contract: the run's thread. Invariants: a record is in one group as a whole, or it is refused and kept by the policy before a
/// position moves past it; a group holds nothing of a refused record. Lifetime: one run.
/// </remarks>
internal sealed class RecordWriter(
    EventGroup group, RecordRows rows, IRecordDecoder decoder, int maxEvents, GroupAppends appends, PoisonDesk desk,
    PartitionProgress progress)
{
    /// <summary>Applies the records of a batch.</summary>
    /// <exception cref="PoisonRecordException">A record is refused and the policy is to stop. What is before it is stored.</exception>
    /// <exception cref="PoisonNotKeptException">A refused record cannot be kept. What is before it is stored.</exception>
    public void Write(RecordBatch batch, CancellationToken cancellationToken) => Write(batch, 0, batch.Count, cancellationToken);

    /// <summary>Waits until every record written so far is acknowledged, and returns the group, empty.</summary>
    public EventGroup Finish(CancellationToken cancellationToken)
    {
        appends.Drain(cancellationToken);
        group.Clear();
        return group;
    }

    /// <summary>Appends the group as it is, which may be without events, and waits until the position is acknowledged.</summary>
    /// <exception cref="EventRejectedException">The store refuses the events of the group; nothing was appended.</exception>
    public void StorePosition(long position, CancellationToken cancellationToken)
    {
        group.Position = position;
        desk.Flush(cancellationToken);
        appends.Append(group, cancellationToken);
        appends.Drain(cancellationToken);
    }

    private void Write(RecordBatch batch, int first, int end, CancellationToken cancellationToken)
    {
        while (first < end)
        {
            int next = DecodeCleanly(batch, first, end);
            if (next == first)
            {
                StopAt(batch, first, cancellationToken);
            }

            TryAppend(batch, first, next, cancellationToken);
            first = next;
        }
    }

    // When a record is refused after some of its events are in the group, the group is made again without that record.
    private int DecodeCleanly(RecordBatch batch, int first, int end)
    {
        int next = Decode(batch, first, end, out bool isClean);
        if (!isClean)
        {
            next = Decode(batch, first, next, out isClean);
            if (!isClean)
            {
                throw new InvalidOperationException(
                    $"The decoder {decoder.GetType().Name} accepted a record of offsets {batch[first].Offset} to {batch[next - 1].Offset} "
                        + "and then refused it; it must be deterministic.");
            }
        }

        return next;
    }

    /// <summary>Decodes from <paramref name="first"/> on, up to the limits of a group or a record that ends it.</summary>
    private int Decode(RecordBatch batch, int first, int end, out bool isClean)
    {
        group.Clear();
        isClean = true;
        int events = 0;
        for (int i = first; i < end; i++)
        {
            if (batch[i].Refusal is null)
            {
                if (events > 0 && events >= maxEvents)
                {
                    return i;
                }

                if (Refusal(batch, batch[i]) is { } reason)
                {
                    batch.Refuse(i, reason);
                    if (rows.Count > 0)
                    {
                        isClean = false;
                        return i + 1;
                    }
                }
                else
                {
                    events += rows.Count;
                }
            }

            if (desk.Stops && batch[i].Refusal is not null)
            {
                return i;
            }
        }

        return end;
    }

    private string? Refusal(RecordBatch batch, in BufferedRecord record)
    {
        rows.Begin(record.TimestampMs);
        if (record.Value.Length <= 0)
        {
            return "the record has no value";
        }

        if (!PartitionLogFormat.IsTime(record.TimestampMs))
        {
            return "the record has no time that a date can have";
        }

        try
        {
            return decoder.TryDecode(batch.View(record), rows, out string reason) ? null : reason;
        }
        catch (RecordRejectedException refused)
        {
            return refused.Message;
        }
    }

    private void TryAppend(RecordBatch batch, int first, int end, CancellationToken cancellationToken)
    {
        int events = group.Count;
        group.Position = batch[end - 1].Offset + 1;
        try
        {
            Keep(batch, first, end);
            desk.Flush(cancellationToken);
            appends.Append(group, cancellationToken);
            progress.CountApplied(end - first, events);
        }
        catch (EventRejectedException refused)
        {
            Divide(batch, first, end, refused, cancellationToken);
        }
        catch (PoisonNotKeptException)
        {
            Write(batch, first, FirstNotKept(batch, first, end), cancellationToken);
            appends.Drain(cancellationToken);
            throw;
        }
    }

    // The record that was not taken; when all were, it is not known which of them are kept.
    private static int FirstNotKept(RecordBatch batch, int first, int end)
    {
        int[] refused = [.. Enumerable.Range(first, end - first).Where(i => batch[i].Refusal is not null)];
        return refused.FirstOrDefault(i => !batch[i].IsKept, refused[0]);
    }

    // The store refused the group as a whole: the record that it refuses is found by halves.
    private void Divide(RecordBatch batch, int first, int end, EventRejectedException refused, CancellationToken cancellationToken)
    {
        if (end - first == 1)
        {
            appends.Drain(cancellationToken);
            throw StoreLimits.Unfit(progress, batch[first].Offset, refused);
        }

        int middle = first + ((end - first) / 2);
        Write(batch, first, middle, cancellationToken);
        Write(batch, middle, end, cancellationToken);
    }

    private void Keep(RecordBatch batch, int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            if (batch[i] is { Refusal: { } reason, IsKept: false } refused)
            {
                desk.Take(batch, refused, reason);
                batch.MarkKept(i);
            }
        }
    }

    private void StopAt(RecordBatch batch, int index, CancellationToken cancellationToken)
    {
        appends.Drain(cancellationToken);
        desk.Take(batch, batch[index], batch[index].Refusal!);
    }
}
