using Signals.Core.Definitions.Values;
using Signals.Core.Enrichment;
using Signals.Definitions;
using Signals.Enrichment;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// Checks a definition against a store: unknown event types, columns and enrichers, values of the wrong type, and sizes that the
/// store cannot provide. Pure. For definitions that passed <see cref="StructureCheck"/>.
/// </summary>
internal sealed class SchemaCheck(SequenceDefinition definition, StoreSchema schema, EnrichmentCatalog? catalog, DefinitionErrors errors)
{
    private readonly ColumnScope _columns = new(errors);

    public void Run()
    {
        Sources();
        Enrichments();
        var conditions = new ConditionCheck(_columns, schema, catalog, errors);
        for (int i = 0; i < definition.FromClauses.Count; i++)
        {
            string called = definition.FromClauses[i].EventType;
            string current = schema.TryGet(called, out EventTypeSchema? type) ? type.Name : called;
            conditions.Run(JsonPath.Root["sources"][i]["where"], definition.FromClauses[i].Where, current);
        }

        conditions.Run(JsonPath.Root["where"], definition.Where, eventType: null);
        Dedup();
        Columns();
        if (definition.Tensors is { } tensors)
        {
            new TensorColumnCheck(_columns, errors).Run(tensors, definition);
        }
    }

    private void Sources()
    {
        for (int i = 0; i < definition.FromClauses.Count; i++)
        {
            FromClause clause = definition.FromClauses[i];
            JsonPath path = JsonPath.Root["sources"][i];
            if (!schema.TryGet(clause.EventType, out EventTypeSchema? type))
            {
                errors.Add(
                    path["eventType"],
                    $"unknown event type '{clause.EventType}'{schema.WhyNot(clause.EventType)}; the store has: {schema.ListTypes()}");
                continue;
            }

            if (_columns.Has(type.Name))
            {
                errors.Add(
                    path["eventType"], $"'{clause.EventType}' and another source are one event type, which is called '{type.Name}' now");
                continue;
            }

            if (clause.Count.Value > type.KeepLast)
            {
                errors.Add(
                    path["count"],
                    $"{clause.Count.Value} rows, but the store keeps each user's last {type.KeepLast} of '{type.Name}'");
            }

            if (clause.Window is { } window && type.MaxAge is { } age && window.Value > age)
            {
                errors.Add(
                    path["window"],
                    $"{Durations.Format(window.Value)}, but the store keeps '{type.Name}' for {Durations.Format(age)}");
            }

            _columns.AddEventType(type.Name);
            foreach (ColumnSchema column in type.Columns.Where(column => !column.IsDropped))
            {
                _columns.Add(type.Name, column.Name, column.Type);
                _columns.AddFormer(type.Name, column);
            }
        }
    }

    private void Enrichments()
    {
        Dictionary<(string EventType, string Column), string> filledBy = [];
        for (int i = 0; i < definition.Enrichments.Count; i++)
        {
            EnrichmentUse use = definition.Enrichments[i];
            JsonPath path = JsonPath.Root["enrichments"][i]["name"];
            if (catalog is null || !catalog.TryGet(use.Name, out IEnrichmentStep? step))
            {
                errors.Add(path, $"unknown enricher '{use.Name}'; the catalog has: {Names<IEnricher>()}");
            }
            else if (step is not (IEnricher or IRemoteEnricher))
            {
                errors.Add(path, $"'{use.Name}' is a filter, not an enricher; use it in a condition: {{\"filter\": \"{use.Name}\"}}");
            }
            else
            {
                Enricher(path, use, step.Signature, filledBy);
            }
        }
    }

    private void Enricher(
        JsonPath path,
        EnrichmentUse use,
        EnrichmentSignature signature,
        Dictionary<(string EventType, string Column), string> filledBy)
    {
        StepPhase phase =
            use.Placement == PlacementChoice.Indexing ? StepPhase.Indexing : StepPhase.Serving;
        foreach (string error in signature.Check(schema, phase))
        {
            errors.Add(path, error);
        }

        string[] types = [.. signature.EventTypes.Where(_columns.Has)];
        if (types.Length == 0 && _columns.EventTypes.Any())
        {
            errors.Add(path, $"'{use.Name}' takes {string.Join(", ", signature.EventTypes)}, but none of them is a source");
        }

        foreach (string type in types)
        {
            foreach (SignatureColumn output in signature.Outputs)
            {
                Output(path, signature.Name, schema[type], output);
                if (!filledBy.TryAdd((type, output.Name), signature.Name))
                {
                    errors.Add(path, $"'{type}.{output.Name}' is already filled by '{filledBy[(type, output.Name)]}'");
                }
            }
        }
    }

    private void Output(JsonPath path, string enricher, EventTypeSchema type, SignatureColumn output)
    {
        int index = type.IndexOf(output.Name);
        if (index >= 0 && (type.Columns[index].Role == ColumnRole.Field || type.Columns[index].Type != output.Type))
        {
            errors.Add(
                path,
                $"'{enricher}' fills '{type.Name}.{output.Name}' with {output.Type}, " +
                $"which the schema has as {type.Columns[index]}");
        }

        if (index >= 0)
        {
            _columns.RemoveFormer(type.Name, type.Columns[index]); // by that name the stored values would be read, not those computed here
        }

        _columns.Add(type.Name, output.Name, output.Type);
    }

    private void Dedup()
    {
        for (int i = 0; i < (definition.Dedup?.Columns.Count ?? 0); i++)
        {
            JsonPath path = JsonPath.Root["dedup"]["columns"][i];
            if (_columns.Find(path, definition.Dedup!.Columns[i], eventType: null) is { IsVector: true } type)
            {
                errors.Add(path, $"'{definition.Dedup.Columns[i]}' is {type}; key columns are scalars, texts or bytes");
            }
        }
    }

    private void Columns()
    {
        for (int i = 0; i < definition.Columns.Count; i++)
        {
            OutputColumn column = definition.Columns[i];
            JsonPath path = JsonPath.Root["columns"][i];
            if (_columns.Find(path["column"], column.Column, eventType: null) is { } type
                && column.Default is { } value
                && !LiteralFit.Holds(type, value))
            {
                errors.Add(path["default"], $"{value} does not fit '{column.Column}', which is {type}");
            }
        }
    }

    private string Names<T>() => catalog is null || catalog.Steps.Count == 0
        ? "nothing"
        : string.Join(", ", catalog.Steps.Where(step => step is T or IRemoteEnricher).Select(step => step.Signature.Name));
}
