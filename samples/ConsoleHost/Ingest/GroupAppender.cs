using Signals.Samples.ConsoleHost.Events;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>
/// Appends events in groups, each with the position behind its last record, so that a run that is repeated goes on where the
/// store stands. One thread. Keeps a bounded number of groups under way. Call <see cref="CompleteAsync"/> at the end.
/// </summary>
internal sealed class GroupAppender : IEventAppender
{
    private const int EventsPerGroup = 256;
    private const int MaxUnacknowledged = 64;

    private readonly SignalStore _store;
    private readonly SourceCheck _check;
    private readonly RejectionTally _rejected;
    private readonly Action<SingleEvent>? _accepted;
    private readonly EventGroup _group;
    private readonly List<(SingleEvent Record, long End)> _pending = [];
    private readonly Queue<AppendTicket> _unacknowledged = new(MaxUnacknowledged + 1);
    private int _count;

    /// <summary>Appends events of a source to a store.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="source">The source's name.</param>
    /// <param name="check">What the store knows of it.</param>
    /// <param name="rejected">Where the store's refusals are counted.</param>
    /// <param name="accepted">Is told of every event that the store has taken.</param>
    public GroupAppender(SignalStore store, string source, SourceCheck check, RejectionTally rejected, Action<SingleEvent>? accepted)
    {
        (_store, _check, _rejected, _accepted) = (store, check, rejected, accepted);
        _group = store.CreateGroup(source, EventsPerGroup);
    }

    /// <inheritdoc />
    public long Accepted { get; private set; }

    /// <inheritdoc />
    public bool Add(SingleEvent single, long end)
    {
        if (_count == _pending.Count)
        {
            _pending.Add((new SingleEvent(), 0));
        }

        _pending[_count].Record.CopyFrom(single);
        _pending[_count] = (_pending[_count].Record, end);
        return ++_count == EventsPerGroup;
    }

    /// <inheritdoc />
    public ValueTask FlushAsync(EventTypeSchema declared) => FlushAsync();

    /// <inheritdoc />
    public async ValueTask FlushAsync()
    {
        if (_count == 0)
        {
            return;
        }

        if (TryAppend(0, _count, out _))
        {
            Accept(0, _count);
        }
        else
        {
            AppendOneByOne();
        }

        _count = 0;
        while (_unacknowledged.Count > MaxUnacknowledged)
        {
            await _store.WaitAsync(_unacknowledged.Dequeue()).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public async ValueTask CompleteAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        while (_unacknowledged.TryDequeue(out AppendTicket ticket))
        {
            await _store.WaitAsync(ticket).ConfigureAwait(false);
        }
    }

    private void AppendOneByOne()
    {
        for (int i = 0; i < _count; i++)
        {
            if (TryAppend(i, 1, out EventRejectedException? refusal))
            {
                Accept(i, 1);
            }
            else
            {
                _rejected.Add($"refused by the store: {refusal!.Reason}", refusal.Message);
            }
        }

        // The position also passes a refused event at the end.
        Fill(0, 0, _pending[_count - 1].End);
        _unacknowledged.Enqueue(_store.AppendGroup(_group));
    }

    private bool TryAppend(int first, int count, out EventRejectedException? refusal)
    {
        Fill(first, count, _pending[first + count - 1].End);
        try
        {
            _unacknowledged.Enqueue(_store.AppendGroup(_group));
            refusal = null;
            return true;
        }
        catch (EventRejectedException e)
        {
            refusal = e;
            return false;
        }
    }

    private void Fill(int first, int count, long position)
    {
        _group.Clear();
        (_group.Position, _group.Incarnation) = (position, _check.At(position));
        for (int i = first; i < first + count; i++)
        {
            _pending[i].Record.AddTo(_group[_pending[i].Record.EventType.Name]);
        }
    }

    private void Accept(int first, int count)
    {
        Accepted += count;
        for (int i = first; i < first + count; i++)
        {
            _accepted?.Invoke(_pending[i].Record);
        }
    }
}
