using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Predicates;

/// <summary>
/// True where an event filter of the host's catalog keeps the event. False for event types that the filter does not cover.
/// </summary>
internal sealed record FilterPredicate : Predicate
{
    internal static readonly PredicateForm Form = new("filter", static (_, _, name) => new FilterPredicate { Name = name.Text() });

    /// <summary>The name in the filter's signature.</summary>
    public required string Name { get; init; }

    internal override IEnumerable<string> Columns => [];

    internal override void WriteKeys(Utf8JsonWriter json) => json.WriteString("filter", Name);

    internal override void CheckStructure(JsonPath path, ValueCheck values) => values.Name(path["filter"], Name);

    internal override void CheckSchema(JsonPath path, string? eventType, ConditionCheck schema) =>
        schema.Filter(path["filter"], Name, eventType);

    internal override Predicate Substitute(ParameterSubstitution parameters) => this;
}
