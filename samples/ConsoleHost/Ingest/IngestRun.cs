using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Options;
using Signals.Samples.ConsoleHost.Verification;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>Carries a source's events into the store until the source ends. One use.</summary>
internal sealed class IngestRun(SignalStore store, IEventSource source, HostOptions options, EventModel? model)
{
    private const int EventsPerPause = 256;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    private readonly UserSample _users = new(options.Seed);
    private long _events;
    private long _late;
    private long _skipped;
    private long _newestMs = long.MinValue;

    /// <summary>How far it is.</summary>
    public IngestProgress Progress { get; } = new();

    /// <summary>Runs to the end of the source, or to --events.</summary>
    public async Task<IngestResult> RunAsync(CancellationToken cancellationToken)
    {
        using FreshnessProbe probe = new(store);
        SourceCheck? check = options.Source is { } name ? BeginSource(name) : null;
        Action<SingleEvent>? accepted = model is null ? null : model.Add;
        IEventAppender appender = check is null
            ? new EventAppender(store, source.Schema, source.Rejected, probe, accepted)
            : new GroupAppender(store, options.Source!, check, source.Rejected, accepted);
        SingleEvent single = new();
        long most = options.Input is null ? long.MaxValue : options.Events ?? long.MaxValue;
        while (_events < most && await EventSources.WaitAsync(source, options, cancellationToken).ConfigureAwait(false))
        {
            while (_events < most && source.TryRead(single))
            {
                if (check is not null && IsPassed(check))
                {
                    continue;
                }
                Count(single);
                if (appender.Add(single, source.RecordEnd))
                {
                    await appender.FlushAsync(single.EventType).ConfigureAwait(false);
                }
                if (options.Rate is { } rate && _events % EventsPerPause == 0)
                {
                    await appender.FlushAsync().ConfigureAwait(false);
                    await PauseAsync(rate, cancellationToken).ConfigureAwait(false);
                }
            }
            // What has arrived becomes visible before the source is asked to wait for more.
            await appender.FlushAsync().ConfigureAwait(false);
            Progress.Report(_events, source.Progress);
        }
        await appender.CompleteAsync().ConfigureAwait(false);
        if (_events < most)
        {
            check?.RequireEnd(source.Received);
        }
        TimeSpan elapsed = Progress.Elapsed;
        probe.Dispose();
        return new IngestResult
        {
            Read = appender.Accepted + source.Rejected.Total,
            Accepted = appender.Accepted,
            Skipped = _skipped,
            Late = _late,
            Rejected = source.Rejected,
            Elapsed = elapsed,
            Freshness = probe.Samples,
            NeverVisible = probe.NeverSeen,
            Users = _users,
        };
    }

    private SourceCheck BeginSource(string name)
    {
        SourceCheck check = new(name, store.GetSource(name), given: default, seesBeginning: true);
        source.ShowTo(check.Beginning);
        return check;
    }

    /// <summary>Whether the store has the record that was just read.</summary>
    private bool IsPassed(SourceCheck check)
    {
        if (source.RecordEnd <= check.Resume)
        {
            _skipped++;
            return true;
        }

        check.RequireRecord(source.RecordBegin);
        return false;
    }

    /// <summary>Waits until the rate allows the next event. Timers are coarse, so a pause that came out too long is made up for.</summary>
    private async ValueTask PauseAsync(long rate, CancellationToken cancellationToken)
    {
        TimeSpan ahead = TimeSpan.FromSeconds((double)_events / rate) - Progress.Elapsed;
        if (ahead >= ShortestPause)
        {
            await Task.Delay(ahead, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Count(SingleEvent single)
    {
        _events++;
        _late += single.TimeMs < _newestMs ? 1 : 0;
        _newestMs = Math.Max(_newestMs, single.TimeMs);
        _users.Offer(single.User);
    }
}
