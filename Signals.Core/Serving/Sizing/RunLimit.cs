namespace Signals.Core.Serving.Sizing;

/// <summary>How many rows of some event types may follow each other.</summary>
/// <param name="Slots">Whether each slot is meant.</param>
/// <param name="Maximum">The longest run.</param>
internal sealed record RunLimit(bool[] Slots, int Maximum);
