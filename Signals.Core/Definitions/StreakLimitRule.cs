using Signals.Definitions;

namespace Signals.Core.Definitions;

/// <summary>
/// Limits how many rows of some event types may follow each other. A row that is not reserved is left out when the
/// <see cref="Maximum"/> rows taken just before it (the newer ones) are all of these types.
/// </summary>
internal sealed record StreakLimitRule : MixRule
{
    /// <summary>The largest number of rows that may follow each other, at least 1.</summary>
    public required Setting<int> Maximum { get; init; }
}
