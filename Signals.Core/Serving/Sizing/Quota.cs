namespace Signals.Core.Serving.Sizing;

/// <summary>How many rows are reserved for some event types, and how many rows they may have.</summary>
/// <param name="Slots">For each slot, whether the quota applies to it.</param>
/// <param name="Minimum">The number of rows reserved.</param>
/// <param name="Maximum">The largest number of rows.</param>
internal sealed record Quota(bool[] Slots, int Minimum, int Maximum);
