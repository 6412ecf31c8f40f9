using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Predicates;

/// <summary>A condition that combines others, and in JSON is a list of them under one key.</summary>
internal abstract record ListPredicate : Predicate
{
    /// <summary>The conditions.</summary>
    public required ValueList<Predicate> Predicates { get; init; }

    internal override ValueList<Predicate> Operands => Predicates;

    internal override IEnumerable<string> Columns => [];

    private protected abstract string Key { get; }

    internal override JsonPath PathOfOperand(JsonPath path, int operand) => path[Key][operand];

    internal override void WriteKeys(Utf8JsonWriter json)
    {
        json.WriteStartArray(Key);
        foreach (Predicate predicate in Predicates)
        {
            predicate.Write(json);
        }

        json.WriteEndArray();
    }

    internal override void CheckStructure(JsonPath path, ValueCheck values)
    {
    }

    internal override void CheckSchema(JsonPath path, string? eventType, ConditionCheck schema)
    {
    }

    internal override Predicate Substitute(ParameterSubstitution parameters) =>
        this with { Predicates = [.. Predicates.Select(parameters.Substitute)] };
}
