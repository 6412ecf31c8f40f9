namespace Signals.Storage.Segments;

/// <summary>Whole days of event time, UTC, from the first to the last, both included. Immutable.</summary>
public readonly record struct DayRange
{
    /// <summary>Makes a range.</summary>
    /// <param name="first">The first day.</param>
    /// <param name="last">The last day, not before the first.</param>
    /// <exception cref="ArgumentException">The last day is before the first.</exception>
    public DayRange(DateOnly first, DateOnly last)
    {
        if (last < first)
        {
            throw new ArgumentException($"The last day {last:O} is before the first, {first:O}.", nameof(last));
        }

        First = first;
        Last = last;
    }

    /// <summary>The first day.</summary>
    public DateOnly First { get; }

    /// <summary>The last day, included.</summary>
    public DateOnly Last { get; }

    /// <summary>Whether a day is one of them.</summary>
    public bool Contains(DateOnly day) => day >= First && day <= Last;

    /// <inheritdoc/>
    public override string ToString() => $"{First:O} to {Last:O}";
}
