using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Checks;

/// <summary>Finds conditions that consist of the host's code. Pure.</summary>
internal static class HostConditions
{
    /// <summary>The path of the first such condition; <c>null</c> when there is none.</summary>
    public static JsonPath? FindPath(SequenceDefinition definition)
    {
        JsonPath? found = definition.Where is null ? null : Find(JsonPath.Root["where"], definition.Where);
        for (int i = 0; found is null && i < definition.FromClauses.Count; i++)
        {
            found = definition.FromClauses[i].Where is { } where ? Find(JsonPath.Root["sources"][i]["where"], where) : null;
        }

        return found;
    }

    private static JsonPath? Find(JsonPath path, Predicate? predicate)
    {
        JsonPath? found = predicate is HostPredicate ? path : null;
        ValueList<Predicate> operands = predicate?.Operands ?? [];
        for (int i = 0; found is null && i < operands.Count; i++)
        {
            found = Find(predicate!.PathOfOperand(path, i), operands[i]);
        }

        return found;
    }
}
