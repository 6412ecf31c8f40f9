using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// Checks of a definition that do not depend on a schema: names, bounds, repeated names, parameters, and rules that contradict
/// each other. Pure. Errors are added to a collector with the path of the faulty part in the definition's JSON.
/// </summary>
internal static class StructureCheck
{
    public static void Run(SequenceDefinition definition, DefinitionErrors errors)
    {
        var values = new ValueCheck(definition.Parameters, errors);
        JsonPath root = JsonPath.Root;
        values.Name(root["name"], definition.Name);
        values.Range(root["version"], definition.Version, 1, int.MaxValue);
        values.Name(root["owner"], definition.Owner);
        values.Known(root["stage"], definition.Stage);
        values.Text(root["description"], definition.Description);
        ParameterCheck.Run(definition.Parameters, values);
        Sources(definition, values);
        if (definition.Where is { } where)
        {
            PredicateCheck.Run(root["where"], where, values);
        }

        if (definition.Dedup is { } dedup)
        {
            JsonPath path = root["dedup"];
            values.Known(path["scope"], dedup.Scope);
            values.Count(path["columns"], dedup.Columns.Count, 1, DefinitionLimits.MaxKeyColumns, "columns");
            values.UniqueNames(path["columns"], dedup.Columns, static (at, i) => at[i]);
        }

        MixCheck.Run(definition, values);
        Enrichments(definition, values);
        values.Known(root["order"], definition.Order);
        values.Setting(root["size"], definition.Size, 1, DefinitionLimits.MaxRows);
        if (definition.Deadline is { } deadline)
        {
            values.Duration(root["deadline"], deadline, DefinitionLimits.MaxDeadline);
        }

        Columns(definition, values);
        if (definition.Tensors is { } tensors)
        {
            TensorCheck.Run(tensors, values);
        }
    }

    private static void Sources(SequenceDefinition definition, ValueCheck values)
    {
        JsonPath path = JsonPath.Root["sources"];
        values.Count(path, definition.FromClauses.Count, 1, DefinitionLimits.MaxFromClauses, "sources");
        values.UniqueNames(path, [.. definition.FromClauses.Select(clause => clause.EventType)], static (at, i) => at[i]["eventType"]);
        for (int i = 0; i < definition.FromClauses.Count; i++)
        {
            FromClause clause = definition.FromClauses[i];
            values.Setting(path[i]["count"], clause.Count, clause.Count.Parameter is null ? 1 : 0, DefinitionLimits.MaxRows);
            if (clause.Window is { } window)
            {
                values.Setting(path[i]["window"], window, DefinitionLimits.MaxWindow);
            }

            if (clause.Where is { } where)
            {
                PredicateCheck.Run(path[i]["where"], where, values);
            }
        }
    }

    private static void Enrichments(SequenceDefinition definition, ValueCheck values)
    {
        JsonPath path = JsonPath.Root["enrichments"];
        values.Count(path, definition.Enrichments.Count, 0, DefinitionLimits.MaxEnrichments, "enrichments");
        values.UniqueNames(path, [.. definition.Enrichments.Select(use => use.Name)], static (at, i) => at[i]["name"]);
        for (int i = 0; i < definition.Enrichments.Count; i++)
        {
            EnrichmentUse use = definition.Enrichments[i];
            values.Known(path[i]["placement"], use.Placement);
            if (use.Timeout is { } timeout)
            {
                values.Duration(path[i]["timeout"], timeout, DefinitionLimits.MaxDeadline);
            }
        }
    }

    private static void Columns(SequenceDefinition definition, ValueCheck values)
    {
        JsonPath path = JsonPath.Root["columns"];
        values.Count(path, definition.Columns.Count, 0, DefinitionLimits.MaxColumns, "columns");
        values.UniqueNames(path, [.. definition.Columns.Select(column => column.Name)], static (at, i) => at[i]["name"]);
        for (int i = 0; i < definition.Columns.Count; i++)
        {
            values.Name(path[i]["column"], definition.Columns[i].Column);
            if (definition.Columns[i].Default is { } literal)
            {
                values.Literal(path[i]["default"], literal);
            }
        }
    }
}
