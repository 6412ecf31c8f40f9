using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>Reads conditions. The depth of the document limits its recursion. For one thread and one document.</summary>
internal sealed class PredicateReader(SettingReader values)
{
    private static readonly Predicate Nothing = new AnyPredicate { Predicates = [] };

    public Predicate Read(JsonPlace node)
    {
        if (!node.IsObject)
        {
            node.Error($"a condition belongs here: an object with all, any, not, filter, or column and a comparison, not {node.Found()}");
            return Nothing;
        }

        if (Has(node, "all"))
        {
            return new AllPredicate { Predicates = List(new JsonFields(node, DefinitionKeys.All).Required("all")) };
        }

        if (Has(node, "any"))
        {
            return new AnyPredicate { Predicates = List(new JsonFields(node, DefinitionKeys.Any).Required("any")) };
        }

        if (Has(node, "not"))
        {
            return new NotPredicate { Predicate = Read(new JsonFields(node, DefinitionKeys.Not).Required("not")) };
        }

        return Has(node, "filter")
            ? new FilterPredicate { Name = new JsonFields(node, DefinitionKeys.Filter).Required("filter").Text() }
            : Condition(node);
    }

    private static bool Has(JsonPlace node, string key) => node.Element.TryGetProperty(key, out _);

    private ValueList<Predicate> List(JsonPlace node) => node.List(DefinitionLimits.MaxPredicates, Read);

    private Predicate Condition(JsonPlace node)
    {
        var fields = new JsonFields(node, DefinitionKeys.Condition);
        string column = fields.Required("column").Text();
        string[] found = [.. DefinitionKeys.Condition.Skip(1).Where(fields.Has)];
        if (found.Length != 1)
        {
            string foundKeys = found.Length == 0 ? "none" : string.Join(" and ", found);
            node.Error($"one of {string.Join(", ", DefinitionKeys.Condition.Skip(1))} belongs here, not {foundKeys}");
            return Nothing;
        }

        JsonPlace value = fields.Required(found[0]);
        switch (found[0])
        {
            case "in":
                return new SetPredicate { Column = column, Values = value.List(DefinitionLimits.MaxSetValues, item => item.Literal()) };
            case "is":
                return new StatePredicate { Column = column, State = (ColumnState)value.Choice(DefinitionNames.States) };
            case "between":
                return Range(column, value);
            default:
                return new ComparisonPredicate
                {
                    Column = column,
                    Operator = (ComparisonOperator)Array.IndexOf(DefinitionNames.Comparisons, found[0]),
                    Value = values.Literal(value),
                };
        }
    }

    private Predicate Range(string column, JsonPlace node)
    {
        ValueList<Setting<Literal>> bounds = node.List(2, values.Literal);
        if (bounds.Count != 2)
        {
            node.Error("a list of the least and the greatest number belongs here");
            return Nothing;
        }

        return new RangePredicate { Column = column, Low = bounds[0], High = bounds[1] };
    }
}
