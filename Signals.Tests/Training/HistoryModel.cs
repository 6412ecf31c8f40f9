namespace Signals.Tests.Training;

/// <summary>
/// What a store was told and when: events, and corrections that came later. It answers what was known at a step, as the documentation of
/// training sets says it. Threads: one.
/// </summary>
internal sealed class HistoryModel
{
    private readonly List<Statement> _statements = [];

    /// <summary>The event of a user at a minute was inserted at a step.</summary>
    public void Insert(int step, ulong user, int minute, float dwell, string note) =>
        _statements.Add(new Statement(step, user, minute, dwell, note, IsInsert: true));

    /// <summary>Its dwell was corrected.</summary>
    public void Correct(int step, ulong user, int minute, float dwell) =>
        _statements.Add(new Statement(step, user, minute, dwell, null));

    /// <summary>It was retracted.</summary>
    public void Retract(int step, ulong user, int minute) =>
        _statements.Add(new Statement(step, user, minute, null, null, IsRetraction: true));

    /// <summary>Whether an event was ever inserted, retracted or not.</summary>
    public bool Has(ulong user, int minute) => _statements.Exists(one => one.IsInsert && one.User == user && one.Minute == minute);

    /// <summary>
    /// The newest events of a user with a dwell over a half, as known after a step, of at most so many minutes.
    /// </summary>
    public (int Minute, float Dwell, string Note)[] Known(int step, ulong user, int mostMinutes, int size)
    {
        List<(int Minute, float Dwell, string Note)> found = [];
        foreach (IGrouping<int, Statement> told in _statements.Where(one => one.Step <= step && one.User == user)
            .GroupBy(one => one.Minute).Where(told => told.Key <= mostMinutes).OrderByDescending(told => told.Key))
        {
            Statement? inserted = told.FirstOrDefault(one => one.IsInsert);
            float dwell = told.LastOrDefault(one => one.Dwell is not null)?.Dwell ?? 0;
            if (inserted is not null && !told.Any(one => one.IsRetraction) && dwell > 0.5f)
            {
                found.Add((told.Key, dwell, inserted.Note!));
            }
        }

        return [.. found.Take(size)];
    }

    private sealed record Statement(
        int Step, ulong User, int Minute, float? Dwell, string? Note, bool IsInsert = false, bool IsRetraction = false);
}
