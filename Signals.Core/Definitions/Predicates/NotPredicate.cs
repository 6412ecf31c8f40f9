using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Predicates;

/// <summary>True where a condition is false.</summary>
internal sealed record NotPredicate : Predicate
{
    internal static readonly PredicateForm Form =
        new("not", static (reader, _, condition) => new NotPredicate { Predicate = reader.Read(condition) });

    /// <summary>The condition.</summary>
    public required Predicate Predicate { get; init; }

    internal override ValueList<Predicate> Operands => [Predicate];

    internal override IEnumerable<string> Columns => [];

    internal override JsonPath PathOfOperand(JsonPath path, int operand) => path["not"];

    internal override void WriteKeys(Utf8JsonWriter json)
    {
        json.WritePropertyName("not");
        Predicate.Write(json);
    }

    internal override void CheckStructure(JsonPath path, ValueCheck values)
    {
    }

    internal override void CheckSchema(JsonPath path, string? eventType, ConditionCheck schema)
    {
    }

    internal override Predicate Substitute(ParameterSubstitution parameters) =>
        new NotPredicate { Predicate = parameters.Substitute(Predicate) };
}
