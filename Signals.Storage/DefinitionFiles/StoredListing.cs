using System.Text;
using Signals.Core.DefinitionVersions;
using Signals.Definitions;

namespace Signals.Storage.DefinitionFiles;

/// <summary>Describes what a file of stored definitions holds. Thread contract: pure functions; any thread.</summary>
internal static class StoredListing
{
    public static IReadOnlyList<StoredDefinitionVersion> Describe(IReadOnlyList<StoredHistory> names) =>
        [.. names.SelectMany(Describe)];

    private static IEnumerable<StoredDefinitionVersion> Describe(StoredHistory name)
    {
        for (int i = 0; i < name.Versions.Count; i++)
        {
            bool isLast = name.Activations.Count > 0 && name.Activations[^1] == i;
            yield return Describe(
                name,
                name.Versions[i],
                !isLast ? StoredDefinitionState.Kept : name.IsRetired ? StoredDefinitionState.Retired : StoredDefinitionState.Active);
        }

        foreach (StoredVersion past in name.Past)
        {
            yield return Describe(name, past, StoredDefinitionState.Past);
        }

        if (name.Shadow is { } shadow && SequenceDefinition.TryParse(shadow.Json.Span, out SequenceDefinition? candidate, out _))
        {
            yield return Describe(
                name,
                StoredVersion.Of(candidate, DateTimeOffset.UnixEpoch, hasOwnStages: false),
                StoredDefinitionState.Shadow);
        }
    }

    private static StoredDefinitionVersion Describe(StoredHistory name, StoredVersion version, StoredDefinitionState state) => new(
        name.Name,
        name.Owner,
        version.Version,
        state,
        DateTimeOffset.FromUnixTimeMilliseconds(version.RegisteredAtMs),
        version.ContentHash,
        version.ContentHash is null ? null : Encoding.UTF8.GetString(version.Json.Span));
}
