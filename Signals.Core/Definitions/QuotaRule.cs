using Signals.Definitions;

namespace Signals.Core.Definitions;

/// <summary>
/// Limits the number of rows of some event types, and reserves places for them. An event type is in one quota at most.
/// </summary>
internal sealed record QuotaRule : MixRule
{
    /// <summary>The number of rows reserved. Places that are not used go to other types. <c>null</c> to reserve none.</summary>
    public Setting<int>? Minimum { get; init; }

    /// <summary>The largest number of rows; <c>null</c> for no limit.</summary>
    public Setting<int>? Maximum { get; init; }

    /// <summary>Whether minimum and maximum are percentages of the size, rounded down, instead of numbers of rows.</summary>
    public bool IsPercent { get; init; }

    /// <summary>The number of rows reserved in a sequence of this size; 0 without a minimum.</summary>
    public int MinimumRows(int size) => Minimum is { } least ? Rows(least.Value, size) : 0;

    /// <summary>The largest number of rows in a sequence of this size; the size itself without a maximum.</summary>
    public int MaximumRows(int size) => Maximum is { } most ? Math.Min(size, Rows(most.Value, size)) : size;

    private int Rows(int value, int size) => IsPercent ? (int)((long)size * value / 100) : value;
}
