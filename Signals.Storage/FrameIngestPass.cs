using Signals.Core.Frames;

namespace Signals.Storage;

/// <summary>
/// One run of <see cref="FrameIngest"/>: gathers events into groups, appends each with the position behind its last frame, and
/// keeps a bounded number of them unacknowledged.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Invariant: every frame before a group's position is in this group or an earlier one, or
/// was rejected; no frame after the position is. Lifetime: one run.
/// </remarks>
internal sealed class FrameIngestPass(SignalStore store, string source, EventFrameReader reader, SourceCheck check, long beginsAt)
{
    private const int EventsPerGroup = 256;
    private const int MaxUnacknowledged = 64;
    private const int EventOverheadBytes = 64;

    private readonly EventGroup _group = CreateGroup(store, source);
    private readonly List<PendingFrame> _pending = [];
    private readonly Queue<AppendTicket> _unacknowledged = new(MaxUnacknowledged + 1);
    private readonly FrameRejections _rejections = new();
    private readonly int _groupBytes = store.Engine.MaxBatchBytes / 2;
    private int _count;
    private long _bytes;
    private long _accepted;
    private long _skipped;
    private long _position = check.Resume;

    public async Task<FrameIngestResult> RunAsync(CancellationToken cancellationToken)
    {
        while (await reader.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            while (TakeFrame())
            {
                if (_count == EventsPerGroup || _bytes > _groupBytes)
                {
                    await FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        check.RequireEnd(beginsAt + reader.Received);
        while (_unacknowledged.TryDequeue(out AppendTicket ticket))
        {
            await store.WaitAsync(ticket, CancellationToken.None).ConfigureAwait(false);
        }

        return new FrameIngestResult(_accepted, _skipped, _rejections.ToArray(), _position, reader.IsTruncated);
    }

    // Each event that the store refuses is reported with its position, so none may be left out silently.
    private static EventGroup CreateGroup(SignalStore store, string source)
    {
        EventGroup group = store.CreateGroup(source);
        group.IsAllOrNothing = true;
        return group;
    }

    private bool TakeFrame()
    {
        if (_count == _pending.Count)
        {
            _pending.Add(new PendingFrame());
        }

        PendingFrame frame = _pending[_count];
        switch (reader.TryRead(frame.Record, out string reason))
        {
            case FrameReadResult.NeedsMore:
                return false;
            case FrameReadResult.Skipped:
                _skipped++;
                return true;
            case FrameReadResult.Rejected:
                check.RequireRecord(beginsAt + reader.FrameOffset);
                _rejections.Add(reason, beginsAt + reader.FrameOffset);
                return true;
            default:
                check.RequireRecord(beginsAt + reader.FrameOffset);
                frame.Begin = beginsAt + reader.FrameOffset;
                frame.End = beginsAt + reader.Offset;
                _bytes += frame.Record.ValueBytes + EventOverheadBytes;
                _count++;
                return true;
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        long position = Math.Max(_position, beginsAt + reader.WholeOffset);
        if (_count == 0 && position == _position)
        {
            return;
        }

        _position = position;
        Fill(0, _count, _position);
        if (TryAppend(cancellationToken) is not null)
        {
            AppendOneByOne(cancellationToken);
        }
        else
        {
            _accepted += _count;
        }

        (_count, _bytes) = (0, 0);
        while (_unacknowledged.Count > MaxUnacknowledged)
        {
            await store.WaitAsync(_unacknowledged.Dequeue(), CancellationToken.None).ConfigureAwait(false);
        }
    }

    // An event that the store refuses must not stop the other events of its group.
    private void AppendOneByOne(CancellationToken cancellationToken)
    {
        for (int i = 0; i < _count; i++)
        {
            Fill(i, 1, _pending[i].End);
            if (TryAppend(cancellationToken) is { } refusal)
            {
                string hint = refusal.LooksLike is { } unit ? $", the time looks like {unit}" : "";
                _rejections.Add($"refused by the store: {refusal.Reason}{hint}", _pending[i].Begin);
            }
            else
            {
                _accepted++;
            }
        }

        Fill(0, 0, _position);
        TryAppend(cancellationToken);
    }

    private void Fill(int first, int count, long position)
    {
        _group.Clear();
        _group.Position = position;
        _group.Incarnation = check.At(position);
        for (int i = first; i < first + count; i++)
        {
            SingleEvent single = _pending[i].Record;
            single.AddTo(_group[single.EventType.Name]);
        }
    }

    private EventRejectedException? TryAppend(CancellationToken cancellationToken)
    {
        try
        {
            _unacknowledged.Enqueue(store.AppendGroup(_group, cancellationToken));
            return null;
        }
        catch (EventRejectedException refusal)
        {
            return refusal;
        }
    }

    /// <summary>An event that waits for its group, and the place of its frame in the source.</summary>
    private sealed class PendingFrame
    {
        public SingleEvent Record { get; } = new();

        public long Begin { get; set; }

        public long End { get; set; }
    }
}
