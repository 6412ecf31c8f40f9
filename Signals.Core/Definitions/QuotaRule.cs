namespace Signals.Core.Definitions;

/// <summary>
/// How many rows some event types may have, and how many places are kept for them. An event type is in one quota at most.
/// </summary>
public sealed record QuotaRule : MixRule
{
    /// <summary>Rows reserved; unused ones go to other types.</summary>
    public Setting<int>? Minimum { get; init; }

    /// <summary>The most rows.</summary>
    public Setting<int>? Maximum { get; init; }

    /// <summary>Whether minimum and maximum are percent of the size, rounded down, instead of rows.</summary>
    public bool IsPercent { get; init; }

    /// <summary>Rows reserved in a sequence of a size; 0 without a minimum.</summary>
    public int MinimumRows(int size) => Minimum is { } least ? Rows(least.Value, size) : 0;

    /// <summary>The most rows in a sequence of a size; the size without a maximum.</summary>
    public int MaximumRows(int size) => Maximum is { } most ? Math.Min(size, Rows(most.Value, size)) : size;

    private int Rows(int value, int size) => IsPercent ? (int)((long)size * value / 100) : value;
}
