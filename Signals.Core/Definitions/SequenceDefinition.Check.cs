using Signals.Core.Enrichment;
using Signals.Core.Schema;

namespace Signals.Core.Definitions;

/// <content>What is checked, without a schema and with one.</content>
public sealed partial record SequenceDefinition
{
    /// <summary>False when a condition is the host's code, which JSON cannot carry.</summary>
    public bool IsPortable => HostConditions.FindPath(this) is null;

    /// <summary>
    /// Checks what can be checked without a schema: names, bounds, parameters, rules. Building, parsing, writing and registering do it.
    /// </summary>
    /// <exception cref="DefinitionException">With every error.</exception>
    public void Check()
    {
        var errors = new DefinitionErrors();
        StructureCheck.Run(this, errors);
        errors.ThrowIfAny($"The definition '{JsonPath.Quoted(Name ?? "")}' is not valid");
    }

    /// <summary>Checks the definition against a store: event types, columns, enrichers, and the types of all values.</summary>
    /// <param name="schema">The store's schema.</param>
    /// <param name="catalog">The enrichers and filters that definitions may name; <c>null</c> for none.</param>
    /// <exception cref="DefinitionException">With every error. When <see cref="Check"/> already finds some, only those.</exception>
    public void Validate(StoreSchema schema, EnrichmentCatalog? catalog = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Check();
        var errors = new DefinitionErrors();
        new SchemaCheck(this, schema, catalog, errors).Run();
        errors.ThrowIfAny($"The definition '{Name}' does not fit the store");
    }
}
