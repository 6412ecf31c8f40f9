namespace Signals.Tests.Reliability.MetaModel;

/// <summary>What a store must answer, by a dictionary and the merge rules alone. Threads: one.</summary>
internal sealed class DictionaryModel(MetaType[] types)
{
    private readonly Dictionary<(int User, int Type, long Time, ulong Id), MetaEvent> _events = [];
    private readonly Dictionary<int, long> _erasedTo = [];
    private readonly long[] _newest = Array.ConvertAll(types, _ => long.MinValue);

    /// <summary>The model as it is now; events do not change.</summary>
    public DictionaryModel Clone()
    {
        DictionaryModel copy = new(types);
        foreach ((var key, MetaEvent held) in _events)
        {
            copy._events.Add(key, held);
        }

        return copy.ErasedAs(this);
    }

    /// <summary>This model, with who is erased in another one.</summary>
    public DictionaryModel ErasedAs(DictionaryModel other)
    {
        foreach ((int user, long cutoff) in other._erasedTo)
        {
            _erasedTo[user] = cutoff;
        }

        return this;
    }

    public long Watermark(int type) => _newest[type];

    public void Add(MetaEvent added)
    {
        (int, int, long, ulong) key = (added.User, added.Type, added.Time, added.Id);
        _events[key] = _events.TryGetValue(key, out MetaEvent? held) ? held.Merge(added) : added;
        _newest[added.Type] = added.Inserted > 0 ? Math.Max(_newest[added.Type], added.Time) : _newest[added.Type];
    }

    public void Erase(int user, long cutoff) => _erasedTo[user] = Math.Max(cutoff, ErasedTo(user));

    /// <summary>Newest time of the user that is visible in any type.</summary>
    public long NewestOf(int user, long now) =>
        Enumerable.Range(0, types.Length).SelectMany(type => Visible(user, type, now))
            .Select(e => e.Time).DefaultIfEmpty(long.MinValue).Max();

    /// <summary>The user's events of a type that reads show, newest first.</summary>
    public IEnumerable<MetaEvent> Visible(int user, int type, long now) => Counted(user, type, now).Where(e => e.IsThere);

    /// <summary>Those that count after erasure, max age and last-N: all that were ever inserted.</summary>
    private IEnumerable<MetaEvent> Counted(int user, int type, long now) => _events.Values
        .Where(e => e.User == user && e.Type == type && e.Time > ErasedTo(user) && e.Inserted > 0)
        .Where(e => types[type].MaxAgeMs == 0 || e.Time >= now - types[type].MaxAgeMs)
        .OrderByDescending(e => e.Time)
        .ThenBy(e => e.Id)
        .Take(types[type].KeepLast);

    public MetaEvent[] Answer(int user, MetaQuery query, long now)
    {
        IEnumerable<MetaEvent> chosen = query.Types
            .SelectMany(type => Visible(user, type, now)
                .Where(e => e.Time >= query.From && e.Time < query.To)
                .Take(Math.Min(query.Last, query.LastOfType(type))))
            .OrderByDescending(e => e.Time)
            .ThenBy(e => e.Type)
            .ThenBy(e => e.Id)
            .Take(query.Last);
        return [.. query.OldestFirst ? chosen.Reverse() : chosen];
    }

    /// <summary>Whether the user must be known, must be unknown, or, with only expired events, depends on what was compacted.</summary>
    public bool? IsKnown(int user, MetaQuery query, long now) =>
        query.Types.Any(type => Counted(user, type, now).Any()) ? true
        : _events.Values.Any(e => e.User == user && query.Types.Contains(e.Type) && e.Time > ErasedTo(user) && e.Inserted > 0) ? null
        : false;

    private long ErasedTo(int user) => _erasedTo.TryGetValue(user, out long cutoff) ? cutoff : long.MinValue;
}
