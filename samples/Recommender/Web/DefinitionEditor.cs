using Signals.Definitions;
using Signals.Samples.Recommender.Shop;

namespace Signals.Samples.Recommender.Web;

/// <summary>
/// Takes a definition as JSON and serves it from the next read on, or says everything that is wrong with it. Threads: any.
/// </summary>
internal sealed class DefinitionEditor(Sample sample)
{
    private readonly Lock _lock = new();

    public string Json() =>
        sample.Store.Definitions.TryGet(ShopSchema.Feed, out SequenceDefinition? definition) ? definition.ToJson(indented: true) : "";

    /// <returns>No errors when it is served now.</returns>
    public IReadOnlyList<DefinitionError> Apply(ReadOnlySpan<byte> json)
    {
        if (!SequenceDefinition.TryParse(json, out SequenceDefinition? edited, out IReadOnlyList<DefinitionError> errors))
        {
            return errors;
        }

        if (edited.Name != ShopSchema.Feed)
        {
            return [new DefinitionError("$.name", $"This page serves '{ShopSchema.Feed}'; leave the name as it is.")];
        }

        lock (_lock)
        {
            try
            {
                // A version never changes its content, so each edit is the next one, whatever number the text has.
                int last = sample.Store.Definitions.GetVersions(ShopSchema.Feed).Max(version => version.Definition.Version);
                sample.Store.Definitions.RegisterByOperator(edited with { Version = last + 1 }, sample.Catalog);
                return [];
            }
            catch (DefinitionException refused)
            {
                return refused.Errors;
            }
        }
    }

    public bool RollBack() => sample.Store.Definitions.RollBack(ShopSchema.Feed);

}
