namespace Signals.Core.DefinitionVersions;

/// <summary>The histories of all names of a registry. Thread contract: functions that change none of them; any thread.</summary>
internal static class DefinitionHistories
{
    /// <summary>Every version, also those that only receipts need.</summary>
    public static IEnumerable<RegisteredDefinition<TPlan>> All<TPlan>(this Dictionary<string, DefinitionHistory<TPlan>> histories)
        where TPlan : class => histories.Values.SelectMany(history => history.Versions.Concat(history.Past));

    /// <summary>All names but one, without the past versions that no receipt needs any more.</summary>
    public static Dictionary<string, DefinitionHistory<TPlan>> Without<TPlan>(
        this Dictionary<string, DefinitionHistory<TPlan>> histories, string name, Predicate<ulong> isNeeded)
        where TPlan : class
    {
        Dictionary<string, DefinitionHistory<TPlan>> others = new(histories, StringComparer.Ordinal);
        others.Remove(name);
        foreach (DefinitionHistory<TPlan> other in histories.Values)
        {
            if (other.Name != name && other.HasUnneeded(isNeeded))
            {
                DefinitionHistory<TPlan> copy = other.Copy();
                copy.DropPast(isNeeded);
                others[other.Name] = copy;
            }
        }

        return others;
    }

    /// <summary>What is kept for the next opening, in the order of the names.</summary>
    public static IReadOnlyList<StoredHistory> ToStored<TPlan>(this Dictionary<string, DefinitionHistory<TPlan>> histories)
        where TPlan : class =>
    [
        .. histories.Values
            .OrderBy(history => history.Name, StringComparer.Ordinal)
            .Select(history => history.ToStored())
            .OfType<StoredHistory>(),
    ];
}
