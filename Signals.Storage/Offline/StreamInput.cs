namespace Signals.Storage.Offline;

/// <summary>
/// Events from outside, in batches of any size. The caller may reuse a batch for the next one. Thread contract: that of
/// <see cref="IOfflineInput"/>, under a lock.
/// </summary>
internal sealed class StreamInput(
    IAsyncEnumerable<EventBatch> batches, long fromMs, long toMs, int batchEvents, CancellationToken cancellation)
    : IOfflineInput, IAsyncDisposable
{
    private readonly IAsyncEnumerator<EventBatch> _batches = batches.GetAsyncEnumerator(cancellation);
    private readonly SemaphoreSlim _turn = new(1);
    private EventBatch? _current; // under _turn, as all below
    private int _row;
    private bool _ended;

    public (int Done, int All) Users => default;

    public async ValueTask<int> FillAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!_ended && (_current is null || _row == _current.Count))
            {
                _ended = !await _batches.MoveNextAsync().ConfigureAwait(false);
                _current = _ended ? null : _batches.Current;
                _row = 0;
            }

            return _ended ? -1 : Take(batch);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _batches.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private int Take(EventBatch batch)
    {
        EventBatch current = _current!;
        if (!ReferenceEquals(current.EventType, batch.EventType))
        {
            throw new ArgumentException(
                $"The batch has events of '{current.EventType.Name}'; "
                + $"expected events of '{batch.EventType.Name}' of the job's schema.");
        }

        int count = Math.Min(current.Count - _row, batchEvents);
        for (int row = _row; row < _row + count; row++)
        {
            if (current.Rows.Times[row] >= fromMs && current.Rows.Times[row] < toMs)
            {
                batch.Append(current, row, 1);
            }
        }

        _row += count;
        return count;
    }
}
