namespace Signals.Storage.Versions;

/// <summary>
/// Settles what a store keeps on disk when an opening declares a shorter last-N or max age than the opening before: as much as before,
/// until the grace is over. So a mistake in a declaration is undone by declaring the old limits again (decision 52).
/// </summary>
/// <remarks>Thread contract: pure; any thread.</remarks>
internal static class RetentionChoice
{
    // An idle store reads its clock every few seconds. With a shorter grace each reading would look like another jump.
    private const long LeastClockGraceMs = 60_000;

    /// <summary>The clock as it was remembered, or as the newest table proves it in a store that an older library wrote.</summary>
    public static SteadyClock ClockOf(TimeSpan grace, ManifestState state)
    {
        ClockReading? last = state.Clock;
        if (last is null && state.Tables.Count > 0)
        {
            last = ClockReading.At(state.Tables.Values.Max(table => table.MaxTime));
        }

        long graceMs = (long)grace.TotalMilliseconds;
        return new SteadyClock(graceMs == 0 ? 0 : Math.Max(graceMs, LeastClockGraceMs), last);
    }

    /// <summary>What is held from now on.</summary>
    /// <param name="stored">The schema of the opening before.</param>
    /// <param name="schema">The schema in force; it has at least the types of <paramref name="stored"/>.</param>
    /// <param name="held">What was held so far.</param>
    /// <param name="clockMs">
    /// Now, by the clock. What is held is judged by the steady clock, which lags behind a jump until it believes it: by a stamp of its own
    /// the whole jump would count as grace once it does.
    /// </param>
    /// <param name="grace">How long limits are held; zero for not at all.</param>
    public static List<HeldLimit> Settle(
        StoreSchema stored, StoreSchema schema, IReadOnlyList<HeldLimit> held, long clockMs, TimeSpan grace)
    {
        List<HeldLimit> limits = [];
        foreach (EventTypeSchema before in grace == TimeSpan.Zero ? [] : stored.EventTypes)
        {
            EventTypeSchema now = schema.EventTypes[before.Id];
            HeldLimit? was = held.Where(limit => limit.EventType == before.Id).Select(limit => (HeldLimit?)limit).FirstOrDefault();
            int keep = Math.Max(before.KeepLast, was?.KeepLast ?? 0);
            long age = Math.Max(AgeOf(before), was is { } limit ? limit.MaxAgeMs ?? long.MaxValue : 0);
            if (now.KeepLast >= keep && AgeOf(now) >= age)
            {
                continue;
            }

            // A limit that is lowered once more is a new declaration, which may be a mistake of its own. A clock that was ahead must not
            // hold it for as long as it was ahead.
            bool isLowered = now.KeepLast < before.KeepLast || AgeOf(now) < AgeOf(before);
            long since = isLowered || was is null ? clockMs : Math.Min(was.Value.SinceMs, clockMs);
            long longest = Math.Max(age, AgeOf(now));
            limits.Add(new HeldLimit(
                before.Id, Math.Max(keep, now.KeepLast), longest == long.MaxValue ? null : longest, since));
        }

        return limits;
    }

    private static long AgeOf(EventTypeSchema type) => type.MaxAge is { } age ? (long)age.TotalMilliseconds : long.MaxValue;
}
