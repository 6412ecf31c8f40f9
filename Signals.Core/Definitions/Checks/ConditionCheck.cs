using Signals.Core.Definitions.Values;
using Signals.Definitions;
using Signals.Enrichment;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// Checks conditions against a schema. Each kind of condition says what it needs; this has the checks that the kinds share: whether
/// columns exist, and whether values can be compared with them. Used by one thread.
/// </summary>
internal sealed class ConditionCheck(ColumnScope columns, StoreSchema schema, EnrichmentCatalog? catalog, DefinitionErrors errors)
{
    /// <summary>Checks a condition and those that it consists of.</summary>
    /// <param name="path">Where the condition is in the definition.</param>
    /// <param name="predicate">The condition; <c>null</c> for none.</param>
    /// <param name="eventType">The only event type that the condition applies to; <c>null</c> for all sources.</param>
    public void Run(JsonPath path, Predicate? predicate, string? eventType)
    {
        if (predicate is null)
        {
            return;
        }

        predicate.CheckSchema(path, eventType, this);
        ValueList<Predicate> operands = predicate.Operands;
        for (int i = 0; i < operands.Count && !errors.IsFull; i++)
        {
            Run(predicate.PathOfOperand(path, i), operands[i], eventType);
        }
    }

    public void Error(JsonPath path, string message) => errors.Add(path, message);

    /// <inheritdoc cref="ColumnScope.Find"/>
    public ColumnType? Column(JsonPath path, string column, string? eventType) => columns.Find(path, column, eventType);

    /// <summary>Checks that a column exists and can be compared with a value.</summary>
    /// <param name="path">The place of the condition.</param>
    /// <param name="column">The column that it names.</param>
    /// <param name="at">The place of the value.</param>
    /// <param name="value">The value.</param>
    /// <param name="eventType">As for <see cref="Run"/>.</param>
    public void Value(JsonPath path, string column, JsonPath at, Literal value, string? eventType)
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

    /// <summary>Checks that the catalog has an event filter for the events that the condition applies to.</summary>
    /// <param name="path">The place of the filter's name.</param>
    /// <param name="name">The name.</param>
    /// <param name="eventType">As for <see cref="Run"/>.</param>
    public void Filter(JsonPath path, string name, string? eventType)
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
}
