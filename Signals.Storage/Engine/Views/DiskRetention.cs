using Signals.Maintenance;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Views;

/// <summary>
/// Decides what may be deleted for good because of its age or of newer events. A clock that is ahead, and a limit that was lowered by
/// mistake, hide events from reads at once; on disk they have no effect before the grace is over (decision 52).
/// </summary>
/// <remarks>
/// Thread contract: any thread. The age of an event counts from the newest event that was indexed, or from the steady clock where that is
/// earlier. Lifetime: that of the store; what it must not forget goes into version edits.
/// </remarks>
internal sealed class DiskRetention
{
    /// <summary>The earliest time there is, for a store without an event.</summary>
    private static readonly long Earliest = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();

    private readonly StoreContext _context;
    private readonly WatermarkSet _watermarks;
    private readonly long _graceMs;
    private readonly Lock _lock = new();
    private readonly SteadyClock _clock; // guarded by _lock
    private readonly List<HeldLimit> _held; // guarded by _lock
    private EventTypeSchema[] _types; // guarded by _lock; replaced, never changed
    private readonly Dictionary<ushort, long> _inForce = []; // guarded by _lock; when shorter limits of a type came into force
    private long? _toldJump; // guarded by _lock; the jump that the observer knows

    /// <param name="context">The store.</param>
    /// <param name="watermarks">The newest event of each type.</param>
    /// <param name="clock">The clock, read once at the opening.</param>
    /// <param name="held">What is held.</param>
    public DiskRetention(StoreContext context, WatermarkSet watermarks, SteadyClock clock, IEnumerable<HeldLimit> held)
    {
        _context = context;
        _watermarks = watermarks;
        _clock = clock;
        _held = [.. held];
        _graceMs = (long)context.Options.RetentionGrace.TotalMilliseconds;
        _types = TypesLocked();
    }

    /// <summary>What may be left out of tables now.</summary>
    public DiskLimits Now()
    {
        List<RetentionReport> reports = [];
        DiskLimits limits;
        lock (_lock)
        {
            long clockMs = _context.NowMs;
            long steadyMs = _clock.Observe(clockMs);
            ReleaseLocked(steadyMs, reports);
            NoteJumpLocked(reports);
            limits = new DiskLimits(_types, Math.Min(steadyMs, Math.Max(_watermarks.NewestOfAll, Earliest)), steadyMs);
        }

        reports.ForEach(report => _context.Telemetry.RetentionChanged(report));
        return limits;
    }

    /// <summary>The time that is believed, in ms since the Unix epoch. It tells nobody, so it may be called under any lock.</summary>
    public long GetSteadyMs()
    {
        lock (_lock)
        {
            return _clock.Observe(_context.NowMs);
        }
    }

    /// <summary>
    /// Whether the manifest lacks something that the next process has to know: another jump of the clock, that it was believed or set
    /// right, that half a grace has passed, other limits that are held.
    /// </summary>
    public bool IsDue(ManifestState saved)
    {
        lock (_lock)
        {
            _clock.Observe(_context.NowMs);
            return !_held.SequenceEqual(saved.HeldLimits) || (_clock.GraceMs > 0 && IsClockDueLocked(saved));
        }
    }

    /// <summary>Notes in an edit what must not be forgotten.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="saved">What the manifest has; nobody changes it meanwhile.</param>
    public void AddTo(VersionEdit edit, ManifestState saved)
    {
        lock (_lock)
        {
            _clock.Observe(_context.NowMs);
            edit.Clock = _clock.Reading;
            edit.HeldLimits = _held.SequenceEqual(saved.HeldLimits) ? null : [.. _held];
        }
    }

    /// <summary>Whether shorter limits of the event type came into force less than a grace ago, while the store was open.</summary>
    public bool CameIntoForce(ushort eventType)
    {
        lock (_lock)
        {
            return _inForce.TryGetValue(eventType, out long since) && _clock.Observe(_context.NowMs) - since < _graceMs;
        }
    }

    /// <summary>Tells the observer what is held, and what an opening has undone.</summary>
    public void ReportOpened(IEnumerable<HeldLimit> undone)
    {
        foreach (HeldLimit limit in undone)
        {
            _context.Telemetry.RetentionChanged(ReportOf(RetentionChange.Undone, limit));
        }

        HeldLimit[] held;
        lock (_lock)
        {
            held = [.. _held];
        }

        foreach (HeldLimit limit in held)
        {
            _context.Telemetry.RetentionChanged(ReportOf(RetentionChange.Held, limit));
        }
    }

    private void ReleaseLocked(long steadyMs, List<RetentionReport> reports)
    {
        HeldLimit[] over = [.. _held.Where(limit => steadyMs - limit.SinceMs >= _graceMs)];
        if (over.Length == 0)
        {
            return;
        }

        reports.AddRange(over.Select(limit => ReportOf(RetentionChange.InForce, limit)));
        Array.ForEach(over, limit => _inForce[limit.EventType] = steadyMs);
        _held.RemoveAll(limit => over.Contains(limit));
        _types = TypesLocked();
    }

    private void NoteJumpLocked(List<RetentionReport> reports)
    {
        ClockReading reading = _clock.Reading!.Value;
        if (reading.JumpMs is long jump && jump != _toldJump)
        {
            reports.Add(new RetentionReport(RetentionChange.ClockAhead)
            {
                Since = TimeOf(reading.SteadyMs),
                Until = TimeOf(jump + _clock.GraceMs),
            });
        }

        _toldJump = reading.JumpMs;
    }

    // A store without tables has nothing to delete, and an older library never remembered the clock.
    private bool IsClockDueLocked(ManifestState saved)
    {
        ClockReading now = _clock.Reading!.Value;
        if (saved.Clock is not { } before)
        {
            return saved.Tables.Count > 0;
        }

        long moved = Math.Max(now.SteadyMs, now.SeenMs) - Math.Max(before.SteadyMs, before.SeenMs);
        return now.JumpMs != before.JumpMs || now.SteadyMs < before.SteadyMs || moved >= _clock.GraceMs / 2;
    }

    private RetentionReport ReportOf(RetentionChange change, HeldLimit limit)
    {
        EventTypeSchema declared = _context.Schema.EventTypes[limit.EventType];
        return new RetentionReport(change)
        {
            EventType = declared.Name,
            HeldKeepLast = limit.KeepLast,
            DeclaredKeepLast = declared.KeepLast,
            HeldMaxAge = limit.MaxAgeMs is long age ? TimeSpan.FromMilliseconds(age) : null,
            DeclaredMaxAge = declared.MaxAge,
            Since = TimeOf(limit.SinceMs),
            Until = TimeOf(limit.SinceMs + _graceMs),
        };
    }

    private static DateTimeOffset TimeOf(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, Earliest, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    private EventTypeSchema[] TypesLocked()
    {
        EventTypeSchema[] types = [.. _context.Schema.EventTypes];
        foreach (HeldLimit limit in _held)
        {
            types[limit.EventType] = types[limit.EventType].With(
                limit.KeepLast, limit.MaxAgeMs is long age ? TimeSpan.FromMilliseconds(age) : null);
        }

        return types;
    }
}
