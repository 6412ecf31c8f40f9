using System.Buffers;
using System.Text.Json;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>
/// Writes the canonical JSON of a definition: equal definitions give equal bytes. Keys have a fixed order, choices are always
/// written, and empty or <c>null</c> values are left out. The code is written by hand, so no reflection is needed. Pure; for
/// definitions that passed their check.
/// </summary>
internal static class DefinitionWriter
{
    public static ReadOnlyMemory<byte> Write(SequenceDefinition definition, bool indented)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented, NewLine = "\n" }))
        {
            Write(json, definition);
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, SequenceDefinition definition)
    {
        json.WriteStartObject();
        json.WriteNumber("format", DefinitionKeys.Format);
        json.WriteString("name", definition.Name);
        json.WriteNumber("version", definition.Version);
        json.WriteString("owner", definition.Owner);
        json.WriteString("stage", DefinitionNames.NameOf(definition.Stage));
        if (definition.Description.Length > 0)
        {
            json.WriteString("description", definition.Description);
        }

        List(json, "parameters", definition.Parameters, Parameter);
        List(json, "sources", definition.FromClauses, Source);
        if (definition.Where is { } where)
        {
            json.WritePropertyName("where");
            where.Write(json);
        }

        Dedup(json, definition.Dedup);
        List(json, "mix", definition.Mix, Mix);
        List(json, "enrichments", definition.Enrichments, Enrichment);
        json.WriteString("order", DefinitionNames.NameOf(definition.Order));
        ValueWriter.Setting(json, "size", definition.Size);
        ValueWriter.Duration(json, "deadline", definition.Deadline);
        List(json, "columns", definition.Columns, Column);
        if (definition.Tensors is { } tensors)
        {
            TensorJsonWriter.Write(json, tensors);
        }

        json.WriteEndObject();
    }

    private static void List<T>(Utf8JsonWriter json, string key, ValueList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
        {
            return;
        }

        json.WriteStartArray(key);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Parameter(Utf8JsonWriter json, Parameter parameter)
    {
        json.WriteString("name", parameter.Name);
        json.WriteString("kind", DefinitionNames.NameOf(parameter.Kind));
        Bound("default", parameter.Default);
        Bound("minimum", parameter.Minimum);
        Bound("maximum", parameter.Maximum);
        if (parameter.Allowed.Count > 0)
        {
            ValueWriter.Literals(json, "allowed", parameter.Allowed);
        }

        void Bound(string key, Literal? value)
        {
            if (parameter.Kind == ParameterKind.Duration && value is { } length)
            {
                json.WriteString(key, Durations.Format(length.Int64));
            }
            else
            {
                ValueWriter.Literal(json, key, value);
            }
        }
    }

    private static void Source(Utf8JsonWriter json, FromClause clause)
    {
        json.WriteString("eventType", clause.EventType);
        ValueWriter.Setting(json, "count", clause.Count);
        if (clause.Window is { } window)
        {
            ValueWriter.Setting(json, "window", window);
        }

        if (clause.Where is { } where)
        {
            json.WritePropertyName("where");
            where.Write(json);
        }
    }

    private static void Dedup(Utf8JsonWriter json, DedupRule? dedup)
    {
        if (dedup is not null)
        {
            json.WriteStartObject("dedup");
            ValueWriter.Names(json, "columns", dedup.Columns);
            json.WriteString("scope", DefinitionNames.NameOf(dedup.Scope));
            json.WriteEndObject();
        }
    }

    private static void Mix(Utf8JsonWriter json, MixRule rule)
    {
        json.WriteString("rule", rule is QuotaRule ? "quota" : "runLimit");
        ValueWriter.Names(json, "eventTypes", rule.EventTypes);
        if (rule is StreakLimitRule limit)
        {
            ValueWriter.Setting(json, "maximum", limit.Maximum);
        }
        else if (rule is QuotaRule quota)
        {
            ValueWriter.Setting(json, "minimum", quota.Minimum);
            ValueWriter.Setting(json, "maximum", quota.Maximum);
            json.WriteString("unit", DefinitionNames.Units[quota.IsPercent ? 1 : 0]);
        }
    }

    private static void Enrichment(Utf8JsonWriter json, EnrichmentUse use)
    {
        json.WriteString("name", use.Name);
        json.WriteString("placement", DefinitionNames.NameOf(use.Placement));
        ValueWriter.Duration(json, "timeout", use.Timeout);
    }

    private static void Column(Utf8JsonWriter json, OutputColumn column)
    {
        json.WriteString("name", column.Name);
        json.WriteString("column", column.Column);
        ValueWriter.Literal(json, "default", column.Default);
    }
}
