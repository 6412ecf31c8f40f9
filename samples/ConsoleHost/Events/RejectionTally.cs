namespace Signals.Samples.ConsoleHost.Events;

/// <summary>
/// Counts what was refused, by reason, and keeps the first example of each. One thread. A stream of ever new reasons cannot
/// grow it: beyond <see cref="MaxReasons"/> they are counted together.
/// </summary>
internal sealed class RejectionTally
{
    /// <summary>Reasons that are told apart.</summary>
    public const int MaxReasons = 50;

    private const string OtherReasons = "other reasons";
    private readonly Dictionary<string, (long Count, string? Example)> _reasons = new(StringComparer.Ordinal);

    /// <summary>Everything that was refused.</summary>
    public long Total { get; private set; }

    /// <summary>The reasons, most frequent first.</summary>
    public IReadOnlyList<Rejection> Reasons =>
        [.. _reasons.Select(one => new Rejection(one.Key, one.Value.Count, one.Value.Example))
            .OrderByDescending(r => r.Count).ThenBy(r => r.Reason, StringComparer.Ordinal)];

    /// <summary>Counts <paramref name="count"/> refusals of the same kind.</summary>
    /// <param name="reason">The kind, without anything that differs from case to case.</param>
    /// <param name="example">Where and what, for the first case of the kind.</param>
    /// <param name="count">How many.</param>
    public void Add(string reason, string? example = null, long count = 1)
    {
        Total += count;
        if (!_reasons.ContainsKey(reason) && _reasons.Count >= MaxReasons)
        {
            reason = OtherReasons;
        }

        (long known, string? first) = _reasons.TryGetValue(reason, out (long, string?) one) ? one : (0, example);
        _reasons[reason] = (known + count, first);
    }

    /// <summary>True when <paramref name="reason"/> was seen, so that no example needs to be made.</summary>
    public bool Knows(string reason) => _reasons.ContainsKey(reason);
}
