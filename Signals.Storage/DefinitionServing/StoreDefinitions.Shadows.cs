using Signals.Core.DefinitionVersions;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Storage.DefinitionServing;

namespace Signals.Serving;

/// <content>Shadows: definitions that are compared with the served ones on a sample of their reads.</content>
public sealed partial class StoreDefinitions
{
    /// <summary>
    /// Compares another definition with the active version of a name, on a sample of its reads, until that version is replaced. A
    /// sampled read is repeated by both definitions, outside the caller's path and the owner's quota. Reads with overrides or an
    /// as-of time are not sampled. The comparison goes on after the store is reopened, with new counts, unless the candidate has stages
    /// or a condition in the host's code.
    /// </summary>
    /// <param name="name">The definition that is served.</param>
    /// <param name="candidate">The definition to compare with. It need not be registered, and no caller gets its answers.</param>
    /// <param name="every">1 samples every read, n samples one read in n. A batch counts as one read for each user.</param>
    /// <param name="catalog">The enrichers and event filters that the candidate names; null for none.</param>
    /// <param name="stages">Stages that replace the candidate's own; null for none.</param>
    /// <returns>False when the name is not served.</returns>
    /// <exception cref="DefinitionException">The candidate is invalid in itself or for this store.</exception>
    public bool StartShadow(
        string name, SequenceDefinition candidate, int every = 100, EnrichmentCatalog? catalog = null, SequenceStages? stages = null)
    {
        return _registry.StartShadow(name, candidate, every, CodeOf(catalog, stages)) is not null;
    }

    /// <summary>The result of the comparison so far; null when the active version has no shadow.</summary>
    public ShadowReport? GetShadowReport(string name) =>
        _registry.TryGet(name, out RegisteredDefinition<ServedPlan>? registered) ? registered.Shadow?.Report() : null;

    /// <summary>Ends the shadow of the active version.</summary>
    /// <returns>False when there is none.</returns>
    public bool StopShadow(string name) => _registry.StopShadow(name);
}
