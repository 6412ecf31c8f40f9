namespace Signals.Offline;

/// <summary>
/// How far you can rely on the history of one event type: what its sources declared, and what offline jobs corrected. The store
/// keeps these statements and returns them with every answer; it does not check them. Thread contract: immutable; any thread.
/// </summary>
public sealed class Completeness
{
    internal Completeness(string eventType, long? completeUpToMs, IEnumerable<CorrectedDays> corrections)
    {
        EventType = eventType;
        CompleteUpToMs = completeUpToMs;
        Corrected = Array.AsReadOnly(Merge([.. corrections]));
    }

    /// <summary>The event type.</summary>
    public string EventType { get; }

    /// <summary>
    /// A source declared that every event before this time has arrived. In milliseconds since the Unix epoch; <c>null</c> when
    /// nothing was declared.
    /// </summary>
    public long? CompleteUpToMs { get; }

    /// <summary>The corrected days in order, each once, with the latest generation that corrected them.</summary>
    public IReadOnlyList<CorrectedDays> Corrected { get; }

    /// <summary>The latest generation that corrected a day (UTC); <c>null</c> when none did.</summary>
    public long? GenerationOf(DateOnly day)
    {
        foreach (CorrectedDays corrected in Corrected)
        {
            if (corrected.Days.Contains(day))
            {
                return corrected.Generation;
            }
        }

        return null;
    }

    // A new piece begins on every day on which a range begins or the day after a range ends. Neighbouring pieces of one
    // generation are joined.
    private static CorrectedDays[] Merge(CorrectedDays[] corrections)
    {
        SortedSet<int> starts = [.. corrections.SelectMany(c => new[] { c.Days.First.DayNumber, c.Days.Last.DayNumber + 1 })];
        List<CorrectedDays> merged = [];
        foreach ((int first, int next) in starts.Zip(starts.Skip(1)))
        {
            DateOnly day = DateOnly.FromDayNumber(first);
            long generation = corrections.Where(c => c.Days.Contains(day)).Select(c => c.Generation).DefaultIfEmpty(0).Max();
            if (generation == 0)
            {
                continue;
            }

            DateOnly last = DateOnly.FromDayNumber(next - 1);
            bool joins = merged.Count > 0 && merged[^1].Generation == generation && merged[^1].Days.Last.DayNumber == first - 1;
            DayRange days = new(joins ? merged[^1].Days.First : day, last);
            if (joins)
            {
                merged.RemoveAt(merged.Count - 1);
            }

            merged.Add(new CorrectedDays(days, generation));
        }

        return [.. merged];
    }
}
