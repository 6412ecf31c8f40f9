using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// Checks the structure of a condition: its depth and its size, and what each kind of condition checks in itself. Pure.
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

        if (predicate is null)
        {
            values.Error(path, "a condition is missing");
            return;
        }

        predicate.CheckStructure(path, values);
        ValueList<Predicate> operands = predicate.Operands;
        for (int i = 0; i < operands.Count; i++)
        {
            Walk(predicate.PathOfOperand(path, i), operands[i], values, depth + 1, ref budget);
        }
    }
}
