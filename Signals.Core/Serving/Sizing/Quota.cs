namespace Signals.Core.Serving.Sizing;

/// <summary>How many rows some event types have reserved, and may have.</summary>
/// <param name="Slots">Whether each slot is meant.</param>
/// <param name="Minimum">Rows reserved.</param>
/// <param name="Maximum">The most rows.</param>
internal sealed record Quota(bool[] Slots, int Minimum, int Maximum);
