namespace Signals.Kafka.Consuming;

/// <summary>
/// Appends groups and keeps a bounded number of them unacknowledged. When the store has no room it waits, and pauses fetching if that
/// takes long; it never drops.
/// </summary>
/// <remarks>
/// Thread contract: the run's thread. Invariant: acknowledgements are taken in the order of the appends. Lifetime: one run.
/// </remarks>
internal sealed class GroupAppends(SignalStore store, PartitionConsumer consumer, PartitionProgress progress, TimeSpan pauseAfter)
{
    private const int MaxUnacknowledged = 64;

    private readonly Queue<(AppendTicket Ticket, long Position)> _unacknowledged = new(MaxUnacknowledged + 1);

    /// <exception cref="EventRejectedException">The store refuses the group; nothing of it was appended.</exception>
    public void Append(EventGroup group, CancellationToken cancellationToken)
    {
        if (store.TryAppendGroup(group, out AppendTicket ticket))
        {
            _unacknowledged.Enqueue((ticket, group.Position));
            while (_unacknowledged.Count > MaxUnacknowledged)
            {
                Acknowledge(cancellationToken);
            }
        }
        else
        {
            AppendWhenRoom(group, cancellationToken);
        }
    }

    /// <summary>Waits until every group is acknowledged.</summary>
    public void Drain(CancellationToken cancellationToken)
    {
        while (_unacknowledged.Count > 0)
        {
            Acknowledge(cancellationToken);
        }
    }

    private void AppendWhenRoom(EventGroup group, CancellationToken cancellationToken)
    {
        KafkaPartitionState before = progress.State;
        progress.SetState(KafkaPartitionState.BackPressure);
        Task<AppendAck> appended = store.AppendGroupAsync(group, cancellationToken).AsTask();
        try
        {
            if (!Completes(appended, pauseAfter, cancellationToken))
            {
                WaitPaused(appended, cancellationToken);
            }

            Drain(cancellationToken);
            progress.Reached(group.Position);
        }
        finally
        {
            progress.SetState(before);
        }
    }

    // Also a refusal ends the pause: the caller goes on with the records before the refused one.
    private void WaitPaused(Task<AppendAck> appended, CancellationToken cancellationToken)
    {
        consumer.Pause();
        try
        {
            appended.WaitAsync(cancellationToken).GetAwaiter().GetResult();
        }
        finally
        {
            consumer.Resume();
        }
    }

    // Waiting does not throw what the task failed with; the caller of GetResult gets it.
    private static bool Completes(Task<AppendAck> appended, TimeSpan within, CancellationToken cancellationToken)
    {
        if (!((IAsyncResult)appended).AsyncWaitHandle.WaitOne(within))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }

        appended.GetAwaiter().GetResult();
        return true;
    }

    private void Acknowledge(CancellationToken cancellationToken)
    {
        (AppendTicket ticket, long position) = _unacknowledged.Dequeue();
        ValueTask<AppendAck> acknowledged = store.WaitAsync(ticket, cancellationToken);
        _ = acknowledged.IsCompletedSuccessfully ? acknowledged.Result : acknowledged.AsTask().GetAwaiter().GetResult();
        progress.Reached(position);
    }
}
