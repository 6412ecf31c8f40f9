using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>
/// Reads the JSON of a definition. It is parsed by hand, so the bytes can name no types and cause no reflection. Size and depth
/// are limited first. For one thread and one document.
/// </summary>
internal sealed class DefinitionReader
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = DefinitionLimits.MaxJsonDepth };

    private readonly Dictionary<string, Parameter> _parameters = new(StringComparer.Ordinal);

    private DefinitionReader()
    {
    }

    /// <summary>Reads and checks a definition. Returns <c>null</c> when there are errors.</summary>
    public static SequenceDefinition? Read(ReadOnlyMemory<byte> utf8, DefinitionErrors errors)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        if (utf8.Length > DefinitionLimits.MaxJsonBytes)
        {
            errors.Add(JsonPath.Root, $"the definition has {utf8.Length} bytes; at most {DefinitionLimits.MaxJsonBytes} are allowed");
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, Options);
            SequenceDefinition definition = new DefinitionReader().Read(new JsonPlace(document.RootElement, JsonPath.Root, errors));
            if (errors.Count == 0)
            {
                StructureCheck.Run(definition, errors);
            }

            return errors.Count == 0 ? definition : null;
        }
        catch (JsonException error)
        {
            errors.Add(JsonPath.Root, $"not JSON, or deeper than {DefinitionLimits.MaxJsonDepth}: {error.Message}");
            return null;
        }
    }

    private SequenceDefinition Read(JsonPlace root)
    {
        var fields = new JsonFields(root, DefinitionKeys.Definition);
        JsonPlace format = fields.Required("format");
        int found = format.Int32();
        if (found != DefinitionKeys.Format && fields.Has("format"))
        {
            format.Error($"format {found}; this version of Signals reads format {DefinitionKeys.Format}");
        }

        if (fields.TryGet("$schema", out JsonPlace schema))
        {
            schema.Text();
        }

        // Parameters are read first, because settings take their values from them.
        ValueList<Parameter> parameters = fields.List("parameters", DefinitionLimits.MaxParameters, Parameter);
        var values = new SettingReader(_parameters);
        var predicates = new PredicateReader(values);
        return new SequenceDefinition
        {
            Name = fields.Required("name").Text(),
            Version = fields.Required("version").Int32(),
            Owner = fields.Required("owner").Text(),
            Stage = fields.Choice<LifecycleStage>("stage", DefinitionNames.Stages),
            Description = fields.TryGet("description", out JsonPlace description) ? description.Text() : "",
            Parameters = parameters,
            FromClauses = fields.Required("sources").List(DefinitionLimits.MaxFromClauses, node => Source(node, values, predicates)),
            Where = fields.TryGet("where", out JsonPlace where) ? predicates.Read(where) : null,
            Dedup = fields.TryGet("dedup", out JsonPlace dedup) ? Dedup(dedup) : null,
            Mix = fields.List("mix", DefinitionLimits.MaxMixRules, node => Mix(node, values)),
            Enrichments = fields.List("enrichments", DefinitionLimits.MaxEnrichments, Enrichment),
            Order = fields.Choice<SequenceOrder>("order", DefinitionNames.Orders),
            Size = values.Int32(fields.Required("size")),
            Deadline = fields.Duration("deadline"),
            Columns = fields.List("columns", DefinitionLimits.MaxColumns, Column),
            Tensors = fields.TryGet("tensors", out JsonPlace tensors) ? TensorJsonReader.Read(tensors) : null,
        };
    }

    private Parameter Parameter(JsonPlace node)
    {
        var fields = new JsonFields(node, DefinitionKeys.Parameter);
        fields.Required("kind").Choice(DefinitionNames.ParameterKinds);
        var kind = fields.Choice<ParameterKind>("kind", DefinitionNames.ParameterKinds);
        var parameter = new Parameter
        {
            Name = fields.Required("name").Text(),
            Kind = kind,
            Default = Value(fields.Required("default")),
            Minimum = fields.TryGet("minimum", out JsonPlace minimum) ? Value(minimum) : default(Literal?),
            Maximum = fields.TryGet("maximum", out JsonPlace maximum) ? Value(maximum) : default(Literal?),
            Allowed = fields.List("allowed", DefinitionLimits.MaxSetValues, item => item.Literal()),
        };
        _parameters.TryAdd(parameter.Name, parameter);
        return parameter;

        Literal Value(JsonPlace at) => kind == ParameterKind.Duration ? at.Milliseconds() : at.Literal();
    }

    private static FromClause Source(JsonPlace node, SettingReader values, PredicateReader predicates)
    {
        var fields = new JsonFields(node, DefinitionKeys.Source);
        return new FromClause
        {
            EventType = fields.Required("eventType").Text(),
            Count = values.Int32(fields.Required("count")),
            Window = fields.TryGet("window", out JsonPlace window) ? values.Duration(window) : default(Setting<TimeSpan>?),
            Where = fields.TryGet("where", out JsonPlace where) ? predicates.Read(where) : null,
        };
    }

    private static DedupRule Dedup(JsonPlace node)
    {
        var fields = new JsonFields(node, DefinitionKeys.Dedup);
        return new DedupRule
        {
            Columns = fields.Required("columns").List(DefinitionLimits.MaxKeyColumns, item => item.Text()),
            Scope = fields.Choice<DedupScope>("scope", DefinitionNames.Scopes),
        };
    }

    private static MixRule Mix(JsonPlace node, SettingReader values)
    {
        bool isRunLimit = node.IsObject
            && node.Element.TryGetProperty("rule", out JsonElement rule)
            && rule.ValueKind == JsonValueKind.String
            && rule.ValueEquals("runLimit");
        var fields = new JsonFields(node, isRunLimit ? DefinitionKeys.RunLimit : DefinitionKeys.Quota);
        fields.Required("rule").Choice(["quota", "runLimit"]);
        ValueList<string> eventTypes = fields.Required("eventTypes").List(DefinitionLimits.MaxFromClauses, item => item.Text());
        if (isRunLimit)
        {
            return new StreakLimitRule { EventTypes = eventTypes, Maximum = values.Int32(fields.Required("maximum")) };
        }

        return new QuotaRule
        {
            EventTypes = eventTypes,
            Minimum = fields.TryGet("minimum", out JsonPlace minimum) ? values.Int32(minimum) : default(Setting<int>?),
            Maximum = fields.TryGet("maximum", out JsonPlace maximum) ? values.Int32(maximum) : default(Setting<int>?),
            IsPercent = fields.TryGet("unit", out JsonPlace unit) && unit.Choice(DefinitionNames.Units) == 1,
        };
    }

    private static EnrichmentUse Enrichment(JsonPlace node)
    {
        var fields = new JsonFields(node, DefinitionKeys.Enrichment);
        return new EnrichmentUse
        {
            Name = fields.Required("name").Text(),
            Placement = fields.Choice<PlacementChoice>("placement", DefinitionNames.Placements),
            Timeout = fields.Duration("timeout"),
        };
    }

    private static OutputColumn Column(JsonPlace node)
    {
        var fields = new JsonFields(node, DefinitionKeys.Column);
        string column = fields.Required("column").Text();
        return new OutputColumn
        {
            Column = column,
            Name = fields.TryGet("name", out JsonPlace name) ? name.Text() : column,
            Default = fields.TryGet("default", out JsonPlace literal) ? literal.Literal() : default(Literal?),
        };
    }
}
