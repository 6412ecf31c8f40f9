namespace Signals.Offline;

/// <summary>Whole days of event time (UTC), from the first to the last, both included. Immutable.</summary>
public readonly record struct DayRange
{
    /// <summary>Creates a range.</summary>
    /// <param name="first">The first day.</param>
    /// <param name="last">The last day. It must not be before the first.</param>
    /// <exception cref="ArgumentException">The last day is before the first.</exception>
    public DayRange(DateOnly first, DateOnly last)
    {
        if (last < first)
        {
            throw new ArgumentException($"The last day {last:O} is before the first day {first:O}.", nameof(last));
        }

        First = first;
        Last = last;
    }

    /// <summary>The first day.</summary>
    public DateOnly First { get; }

    /// <summary>The last day, which is included.</summary>
    public DateOnly Last { get; }

    /// <summary>Whether a day is in the range.</summary>
    public bool Contains(DateOnly day) => day >= First && day <= Last;

    /// <inheritdoc/>
    public override string ToString() => $"{First:O} to {Last:O}";
}
