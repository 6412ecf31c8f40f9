using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Json;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Predicates;

/// <summary>True where the value equals one of a set of values.</summary>
internal sealed record SetPredicate : Predicate
{
    internal static readonly PredicateForm Form = new("in", static (_, column, list) => new SetPredicate
    {
        Column = column,
        Values = list.List(DefinitionLimits.MaxSetValues, static item => item.Literal()),
    });

    /// <summary>A scalar, text or bytes column.</summary>
    public required string Column { get; init; }

    /// <summary>The set: literals of the column's family. Each occurs once.</summary>
    public required ValueList<Literal> Values { get; init; }

    internal override IEnumerable<string> Columns => [Column];

    internal override void WriteKeys(Utf8JsonWriter json)
    {
        json.WriteString("column", Column);
        ValueWriter.Literals(json, "in", Values);
    }

    internal override void CheckStructure(JsonPath path, ValueCheck values)
    {
        values.Name(path["column"], Column);
        values.Literals(path["in"], Values, DefinitionLimits.MaxSetValues);
    }

    internal override void CheckSchema(JsonPath path, string? eventType, ConditionCheck schema) =>
        schema.Value(path, Column, path["in"], Values[0], eventType);

    internal override Predicate Substitute(ParameterSubstitution parameters) => this;
}
