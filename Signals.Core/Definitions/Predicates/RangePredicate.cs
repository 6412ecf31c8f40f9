using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Json;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Predicates;

/// <summary>True where low &lt;= number &lt;= high.</summary>
internal sealed record RangePredicate : Predicate
{
    internal static readonly PredicateForm Form = new("between", Read);

    /// <summary>A scalar column of numbers.</summary>
    public required string Column { get; init; }

    /// <summary>The least number in the range.</summary>
    public required Setting<Literal> Low { get; init; }

    /// <summary>The greatest number in the range.</summary>
    public required Setting<Literal> High { get; init; }

    internal override IEnumerable<string> Columns => [Column];

    internal override void WriteKeys(Utf8JsonWriter json)
    {
        json.WriteString("column", Column);
        json.WriteStartArray("between");
        ValueWriter.Setting(json, Low);
        ValueWriter.Setting(json, High);
        json.WriteEndArray();
    }

    internal override void CheckStructure(JsonPath path, ValueCheck values)
    {
        values.Name(path["column"], Column);
        JsonPath bounds = path["between"];
        values.Setting(bounds[0], Low);
        values.Setting(bounds[1], High);
        if (!Low.Value.IsNumber || !High.Value.IsNumber)
        {
            values.Error(bounds, $"{Low.Value} to {High.Value} is not a range of numbers");
        }
        else if (LiteralOrder.Compare(Low.Value, High.Value) > 0)
        {
            values.Error(bounds, $"the lower bound {Low.Value} is above the upper bound {High.Value}");
        }
    }

    internal override void CheckSchema(JsonPath path, string? eventType, ConditionCheck schema) =>
        schema.Value(path, Column, path["between"], Low.Value, eventType);

    internal override Predicate Substitute(ParameterSubstitution parameters) =>
        this with { Low = parameters.Substitute(Low), High = parameters.Substitute(High) };

    private static Predicate Read(PredicateReader reader, string column, JsonPlace list)
    {
        ValueList<Setting<Literal>> bounds = list.List(2, reader.Settings.Literal);
        if (bounds.Count != 2)
        {
            list.Error("a list of the least and the greatest number belongs here");
            return PredicateReader.Nothing;
        }

        return new RangePredicate { Column = column, Low = bounds[0], High = bounds[1] };
    }
}
