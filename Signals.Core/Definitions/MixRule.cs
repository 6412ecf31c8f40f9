namespace Signals.Core.Definitions;

/// <summary>
/// How event types share the places of a sequence. Rules choose among the candidates, which are what conditions, counts and dedup have left;
/// a candidate that a rule leaves out does not bring back its duplicates.
/// </summary>
/// <remarks>
/// Sizing, exactly: each <see cref="QuotaRule"/> with a minimum reserves the newest that many candidates of its types. The free places are
/// the size less the reserved rows. Candidates are walked from the newest to the oldest: a reserved one is taken; another is taken when a
/// free place is left, the maximum of its quota is not reached, and no <see cref="RunLimitRule"/> forbids it; it uses up one free place.
/// </remarks>
public abstract record MixRule
{
    private protected MixRule()
    {
    }

    /// <summary>The event types that the rule is about, taken together; each a source of the definition.</summary>
    public required ValueList<string> EventTypes { get; init; }
}
