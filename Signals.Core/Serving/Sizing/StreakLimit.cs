namespace Signals.Core.Serving.Sizing;

/// <summary>Limits how many rows of some event types may follow each other.</summary>
/// <param name="Slots">For each slot, whether the limit applies to it.</param>
/// <param name="Maximum">The largest number of rows that may follow each other.</param>
internal sealed record StreakLimit(bool[] Slots, int Maximum);
