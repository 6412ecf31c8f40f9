using System.Diagnostics;
using Signals.Samples.ConsoleHost.Reporting;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>
/// Times how long an event takes from the call that appends it until a read returns it, while the ingest goes on: a thread of
/// its own reads until it sees the event. One event at a time; the others are not watched. Offer from one thread.
/// </summary>
internal sealed class FreshnessProbe : IDisposable
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MinDistance = TimeSpan.FromMilliseconds(1);

    private readonly SignalStore _store;
    private readonly bool _canAvoidLastN;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _offered = new(0);
    private readonly SingleEvent _event = new();
    private long _appended;
    private long _lastOffer;
    private long _newestMs = long.MinValue;
    private volatile bool _busy;
    private volatile bool _stop;

    /// <summary>Watches events of <paramref name="store"/>.</summary>
    public FreshnessProbe(SignalStore store)
    {
        _store = store;
        _canAvoidLastN = store.Schema.EventTypes.Any(type => type.KeepLast == int.MaxValue);
        _thread = new Thread(Watch) { IsBackground = true, Name = "freshness probe" };
        _thread.Start();
    }

    /// <summary>Times from append to visible.</summary>
    public LatencySamples Samples { get; } = new();

    /// <summary>Events that were not seen in time: 0 in a healthy store, unless every type has a last-N that can hide them.</summary>
    public long NeverSeen { get; private set; }

    /// <summary>Watches an event whose append began at <paramref name="appended"/>, unless another one is being watched.</summary>
    public void Offer(SingleEvent appendedEvent, long appended)
    {
        // Under a last-N a busy user's newer events can push this one out before the first read, or at once if it is late: then
        // no read ever returns it, and nothing was measured.
        if (_canAvoidLastN && appendedEvent.EventType.KeepLast != int.MaxValue)
        {
            return;
        }
        bool isNewest = appendedEvent.TimeMs >= _newestMs;
        _newestMs = Math.Max(_newestMs, appendedEvent.TimeMs);
        if (_busy || !isNewest || Stopwatch.GetElapsedTime(_lastOffer) < MinDistance)
        {
            return;
        }
        _event.CopyFrom(appendedEvent);
        _appended = appended;
        _lastOffer = appended;
        _busy = true;
        _offered.Release();
    }

    /// <summary>Stops watching. The samples stay. A second call does nothing.</summary>
    public void Dispose()
    {
        if (_stop)
        {
            return;
        }
        _stop = true;
        _offered.Release();
        _thread.Join();
        _offered.Dispose();
    }

    private void Watch()
    {
        while (true)
        {
            _offered.Wait();
            if (_stop)
            {
                return;
            }
            WatchOne();
            _busy = false;
        }
    }

    private void WatchOne()
    {
        SequenceQuery query = _store.Query(_event.EventType.Name).Between(_event.TimeMs, _event.TimeMs + 1).Columns().Build();
        SpinWait spin = default;
        while (!_stop && Stopwatch.GetElapsedTime(_appended) < GiveUpAfter)
        {
            using (Sequence seen = _store.Read(_event.User, query))
            {
                if (seen.Ids.Contains(_event.Id))
                {
                    Samples.Add(Stopwatch.GetElapsedTime(_appended));
                    return;
                }
            }
            spin.SpinOnce(sleep1Threshold: -1);
        }
        NeverSeen += _stop ? 0 : 1;
    }
}
