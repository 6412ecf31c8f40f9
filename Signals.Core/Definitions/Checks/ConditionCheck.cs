using Signals.Core.Definitions.Json;
using Signals.Core.Definitions.Values;
using Signals.Definitions;
using Signals.Enrichment;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// Checks conditions against a schema: whether the columns exist, and whether the values can be compared with them. Used by one
/// thread.
/// </summary>
internal sealed class ConditionCheck(ColumnScope columns, StoreSchema schema, EnrichmentCatalog? catalog, DefinitionErrors errors)
{
    /// <param name="path">Where the condition is in the definition.</param>
    /// <param name="predicate">The condition; <c>null</c> for none.</param>
    /// <param name="eventType">The only event type that the condition applies to; <c>null</c> for all sources.</param>
    public void Run(JsonPath path, Predicate? predicate, string? eventType)
    {
        switch (predicate)
        {
            case AllPredicate all:
                List(path["all"], all.Predicates, eventType);
                break;
            case AnyPredicate any:
                List(path["any"], any.Predicates, eventType);
                break;
            case NotPredicate not:
                Run(path["not"], not.Predicate, eventType);
                break;
            case ComparisonPredicate comparison:
                Value(path, comparison.Column, path[DefinitionNames.NameOf(comparison.Operator)], comparison.Value.Value, eventType);
                break;
            case RangePredicate range:
                Value(path, range.Column, path["between"], range.Low.Value, eventType);
                break;
            case SetPredicate set:
                Value(path, set.Column, path["in"], set.Values[0], eventType);
                break;
            case StatePredicate state:
                columns.Find(path["column"], state.Column, eventType);
                break;
            case FilterPredicate filter:
                Filter(path["filter"], filter.Name, eventType);
                break;
            case HostPredicate host:
                Host(path, host, eventType);
                break;
        }
    }

    private void List(JsonPath path, ValueList<Predicate> predicates, string? eventType)
    {
        for (int i = 0; i < predicates.Count && !errors.IsFull; i++)
        {
            Run(path[i], predicates[i], eventType);
        }
    }

    private void Value(JsonPath path, string column, JsonPath at, Literal value, string? eventType)
    {
        if (columns.Find(path["column"], column, eventType) is not { } type)
        {
            return;
        }

        LiteralFamily family = Families.FamilyOf(type);
        if (family == LiteralFamily.None)
        {
            errors.Add(path["column"], $"'{column}' is {type}; a condition on a vector can only ask for its state");
        }
        else if (family != Families.FamilyOf(value))
        {
            errors.Add(at, $"{value} cannot be compared with '{column}', which is {type}; {Families.Describe(family)} can");
        }
    }

    private void Filter(JsonPath path, string name, string? eventType)
    {
        if (catalog is null || !catalog.TryGet(name, out IEnrichmentStep? step) || step is not IEventFilter)
        {
            string known = catalog is null
                ? ""
                : string.Join(", ", catalog.Steps.OfType<IEventFilter>().Select(filter => filter.Signature.Name));
            errors.Add(path, $"unknown event filter '{name}'; the catalog has: {(known.Length > 0 ? known : "nothing")}");
            return;
        }

        foreach (string error in step.Signature.Check(schema, StepPhase.Serving))
        {
            errors.Add(path, error);
        }

        if (eventType is not null
            ? !step.Signature.Takes(eventType)
            : columns.EventTypes.Any() && !columns.EventTypes.Any(step.Signature.Takes))
        {
            errors.Add(
                path,
                $"'{name}' takes {string.Join(", ", step.Signature.EventTypes)}, not {eventType ?? "a source of the definition"}");
        }
    }

    private void Host(JsonPath path, HostPredicate host, string? eventType)
    {
        if (columns.Find(path, host.Column, eventType) is { } type && type != host.Type)
        {
            errors.Add(path, $"the host's condition takes {host.Type}, but '{host.Column}' is {type}");
        }
    }
}
