using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Json;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Predicates;

/// <summary>
/// True where the column has a certain state: absent, null or a value. It is the only condition that vector columns allow.
/// </summary>
internal sealed record StatePredicate : Predicate
{
    internal static readonly PredicateForm Form = new("is", static (_, column, state) => new StatePredicate
    {
        Column = column,
        State = (ColumnState)state.Choice(DefinitionNames.States),
    });

    /// <summary>Any column. It is absent where the row's event type does not have it.</summary>
    public required string Column { get; init; }

    /// <summary>The state that the column must have.</summary>
    public required ColumnState State { get; init; }

    internal override IEnumerable<string> Columns => [Column];

    internal override void WriteKeys(Utf8JsonWriter json)
    {
        json.WriteString("column", Column);
        json.WriteString("is", DefinitionNames.NameOf(State));
    }

    internal override void CheckStructure(JsonPath path, ValueCheck values)
    {
        values.Name(path["column"], Column);
        values.Known(path["is"], State);
    }

    internal override void CheckSchema(JsonPath path, string? eventType, ConditionCheck schema) =>
        schema.Column(path["column"], Column, eventType);

    internal override Predicate Substitute(ParameterSubstitution parameters) => this;
}
