using Signals.Core.Definitions.Values;

namespace Signals.Core.Definitions;

/// <summary>
/// How event types share the places of a sequence. Rules choose among the candidates: the events that are left after conditions,
/// counts and dedup. When a rule leaves out a candidate, the duplicates of that candidate do not come back.
/// </summary>
/// <remarks>
/// How the size is applied, exactly: each <see cref="QuotaRule"/> with a minimum reserves that many of the newest candidates of
/// its types. The number of free places is the size minus the reserved rows. The candidates are visited from the newest to the
/// oldest. A reserved candidate is taken. Any other candidate is taken when a free place is left, the maximum of its quota is not
/// reached, and no <see cref="StreakLimitRule"/> forbids it; it then uses up one free place.
/// </remarks>
internal abstract record MixRule
{
    private protected MixRule()
    {
    }

    /// <summary>The event types that the rule applies to, taken together. Each is a source of the definition.</summary>
    public required ValueList<string> EventTypes { get; init; }
}
