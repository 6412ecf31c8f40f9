using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Json;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Predicates;

/// <summary>Compares a column with a constant. False where the column has no value.</summary>
internal sealed record ComparisonPredicate : Predicate
{
    /// <summary>One form for each operator.</summary>
    internal static readonly PredicateForm[] ComparisonForms = [.. Enum.GetValues<ComparisonOperator>().Select(FormOf)];

    /// <summary>A scalar, text or bytes column.</summary>
    public required string Column { get; init; }

    /// <summary>How the column is compared.</summary>
    public required ComparisonOperator Operator { get; init; }

    /// <summary>The constant to compare with: a literal of the column's family (number, boolean, text, bytes).</summary>
    public required Setting<Literal> Value { get; init; }

    internal override IEnumerable<string> Columns => [Column];

    internal override void WriteKeys(Utf8JsonWriter json)
    {
        json.WriteString("column", Column);
        ValueWriter.Setting(json, DefinitionNames.NameOf(Operator), Value);
    }

    internal override void CheckStructure(JsonPath path, ValueCheck values)
    {
        values.Name(path["column"], Column);
        if (!Enum.IsDefined(Operator))
        {
            values.Error(path, $"{Operator:D} is not a {nameof(ComparisonOperator)}");
            return;
        }

        JsonPath at = path[DefinitionNames.NameOf(Operator)];
        values.Setting(at, Value);
        if (Operator > ComparisonOperator.NotEqual && !Value.Value.IsNumber)
        {
            values.Error(at, $"{Value.Value} is not a number; only numbers can be less or greater");
        }
    }

    internal override void CheckSchema(JsonPath path, string? eventType, ConditionCheck schema) =>
        schema.Value(path, Column, path[DefinitionNames.NameOf(Operator)], Value.Value, eventType);

    internal override Predicate Substitute(ParameterSubstitution parameters) => this with { Value = parameters.Substitute(Value) };

    private static PredicateForm FormOf(ComparisonOperator comparison) => new(
        DefinitionNames.NameOf(comparison),
        (reader, column, value) => new ComparisonPredicate
        {
            Column = column,
            Operator = comparison,
            Value = reader.Settings.Literal(value),
        });
}
