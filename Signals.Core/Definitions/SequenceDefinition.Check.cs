using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Values;
using Signals.Enrichment;

namespace Signals.Definitions;

/// <content>The checks, without a schema and with one.</content>
public sealed partial record SequenceDefinition
{
    /// <summary>False when a condition consists of the host's code, which JSON cannot represent.</summary>
    public bool IsPortable => HostConditions.FindPath(this) is null;

    /// <summary>
    /// Checks everything that does not need a schema: names, bounds, parameters, rules. Building, parsing, writing and
    /// registering a definition call it.
    /// </summary>
    /// <exception cref="DefinitionException">A check failed. The exception lists every error.</exception>
    public void Check()
    {
        var errors = new DefinitionErrors();
        StructureCheck.Run(this, errors);
        errors.ThrowIfAny($"The definition '{JsonPath.Quoted(Name ?? "")}' is not valid");
    }

    /// <summary>Checks the definition against a store: event types, columns, enrichers, and the types of all values.</summary>
    /// <param name="schema">The store's schema.</param>
    /// <param name="catalog">The enrichers and filters that definitions may name; <c>null</c> for none.</param>
    /// <exception cref="DefinitionException">
    /// A check failed. The exception lists every error, or only those of <see cref="Check"/> when that finds some.
    /// </exception>
    public void Validate(StoreSchema schema, EnrichmentCatalog? catalog = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Check();
        var errors = new DefinitionErrors();
        new SchemaCheck(this, schema, catalog, errors).Run();
        errors.ThrowIfAny($"The definition '{Name}' does not fit the store");
    }
}
