using Signals.Core.Definitions.Json;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// Checks the structure of a condition: its depth, its size, and whether the literals allow the comparison. Pure.
/// </summary>
internal static class PredicateCheck
{
    public static void Run(JsonPath path, Predicate predicate, ValueCheck values)
    {
        int budget = DefinitionLimits.MaxPredicates;
        Walk(path, predicate, values, 1, ref budget);
        if (budget < 0)
        {
            values.Error(path, $"there are more than {DefinitionLimits.MaxPredicates} conditions");
        }
    }

    private static void Walk(JsonPath path, Predicate? predicate, ValueCheck values, int depth, ref int budget)
    {
        if (--budget < 0)
        {
            return;
        }

        if (depth > DefinitionLimits.MaxPredicateDepth)
        {
            values.Error(path, $"conditions are nested more than {DefinitionLimits.MaxPredicateDepth} deep");
            return;
        }

        switch (predicate)
        {
            case AllPredicate all:
                List(path["all"], all.Predicates, values, depth, ref budget);
                break;
            case AnyPredicate any:
                List(path["any"], any.Predicates, values, depth, ref budget);
                break;
            case NotPredicate not:
                Walk(path["not"], not.Predicate, values, depth + 1, ref budget);
                break;
            default:
                Leaf(path, predicate, values);
                break;
        }
    }

    private static void List(JsonPath path, ValueList<Predicate> predicates, ValueCheck values, int depth, ref int budget)
    {
        for (int i = 0; i < predicates.Count; i++)
        {
            Walk(path[i], predicates[i], values, depth + 1, ref budget);
        }
    }

    private static void Leaf(JsonPath path, Predicate? predicate, ValueCheck values)
    {
        switch (predicate)
        {
            case ComparisonPredicate comparison:
                values.Name(path["column"], comparison.Column);
                Comparison(path, comparison, values);
                break;
            case RangePredicate range:
                values.Name(path["column"], range.Column);
                Range(path["between"], range, values);
                break;
            case SetPredicate set:
                values.Name(path["column"], set.Column);
                values.Literals(path["in"], set.Values, DefinitionLimits.MaxSetValues);
                break;
            case StatePredicate state:
                values.Name(path["column"], state.Column);
                values.Known(path["is"], state.State);
                break;
            case FilterPredicate filter:
                values.Name(path["filter"], filter.Name);
                break;
            case HostPredicate host:
                values.Name(path, host.Column);
                break;
            default:
                values.Error(path, "a condition is missing");
                break;
        }
    }

    private static void Comparison(JsonPath path, ComparisonPredicate comparison, ValueCheck values)
    {
        if (!Enum.IsDefined(comparison.Operator))
        {
            values.Error(path, $"{comparison.Operator:D} is not a {nameof(ComparisonOperator)}");
            return;
        }

        JsonPath at = path[DefinitionNames.NameOf(comparison.Operator)];
        values.Setting(at, comparison.Value);
        if (comparison.Operator > ComparisonOperator.NotEqual && !comparison.Value.Value.IsNumber)
        {
            values.Error(at, $"{comparison.Value.Value} is not a number; only numbers can be less or greater");
        }
    }

    private static void Range(JsonPath path, RangePredicate range, ValueCheck values)
    {
        values.Setting(path[0], range.Low);
        values.Setting(path[1], range.High);
        if (!range.Low.Value.IsNumber || !range.High.Value.IsNumber)
        {
            values.Error(path, $"{range.Low.Value} to {range.High.Value} is not a range of numbers");
        }
        else if (LiteralOrder.Compare(range.Low.Value, range.High.Value) > 0)
        {
            values.Error(path, $"the lower bound {range.Low.Value} is above the upper bound {range.High.Value}");
        }
    }
}
