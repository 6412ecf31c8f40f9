using System.Text.Json;
using Signals.Core.Definitions.Tensors;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>Reads the JSON of a definition's model-ready answer. Pure.</summary>
internal static class TensorJsonReader
{
    private static readonly string[] Features = ["column", "category", "age", "gap", "time", "eventType", "presence", "position"];

    public static TensorSection Read(JsonPlace node)
    {
        var fields = new JsonFields(node, DefinitionKeys.Tensors);
        return new TensorSection
        {
            Layout = fields.Choice<TensorLayout>("layout", DefinitionNames.Layouts),
            Padding = fields.Choice<PaddingSide>("padding", DefinitionNames.Paddings),
            Mask = fields.TryGet("mask", out JsonPlace mask) ? Mask(mask) : null,
            Outputs = fields.Required("outputs").List(DefinitionLimits.MaxTensors, Output),
        };
    }

    private static TensorMask Mask(JsonPlace node)
    {
        var fields = new JsonFields(node, DefinitionKeys.Mask);
        return new TensorMask
        {
            Name = fields.Required("name").Text(),
            Type = fields.Has("type") ? fields.Choice<TensorType>("type", DefinitionNames.TensorTypes) : TensorType.Boolean,
        };
    }

    private static TensorDefinition Output(JsonPlace node)
    {
        var fields = new JsonFields(node, DefinitionKeys.Output);
        return new TensorDefinition
        {
            Name = fields.Required("name").Text(),
            Type = fields.Choice<TensorType>("type", DefinitionNames.TensorTypes),
            Features = fields.Required("features").List(DefinitionLimits.MaxFeatures, Feature),
        };
    }

    private static Feature Feature(JsonPlace node)
    {
        if (!node.IsObject || !node.Element.TryGetProperty("feature", out JsonElement element))
        {
            node.Error($"an object with the key feature belongs here, one of {string.Join(", ", Features)}, not {node.Found()}");
            return new PositionFeature();
        }

        if (!new JsonPlace(element, node.Path["feature"], node.Errors).TryChoice(Features, out int kind))
        {
            return new PositionFeature();
        }

        return Features[kind] switch
        {
            "column" => Column(new JsonFields(node, DefinitionKeys.ColumnFeature)),
            "category" => Category(new JsonFields(node, DefinitionKeys.CategoryFeature)),
            "age" => Age(new JsonFields(node, DefinitionKeys.ElapsedFeature)),
            "gap" => Gap(new JsonFields(node, DefinitionKeys.ElapsedFeature)),
            "time" => new TimeFeature
            {
                Unit = new JsonFields(node, DefinitionKeys.TimeFeature).Choice<TimeUnit>("unit", DefinitionNames.TimeUnits),
            },
            "eventType" => new EventTypeFeature
            {
                Encoding = new JsonFields(node, DefinitionKeys.EventTypeFeature)
                    .Choice<CategoryEncoding>("encoding", DefinitionNames.Encodings),
            },
            "presence" => new PresenceFeature { Column = new JsonFields(node, DefinitionKeys.PresenceFeature).Required("column").Text() },
            _ => Bare(new PositionFeature(), node, DefinitionKeys.PositionFeature),
        };
    }

    private static ColumnFeature Column(JsonFields fields) => new()
    {
        Column = fields.Required("column").Text(),
        Default = fields.TryGet("default", out JsonPlace literal) ? literal.Literal() : default(Literal?),
        Scaling = Scaling(fields),
    };

    private static CategoryFeature Category(JsonFields fields) => new()
    {
        Columns = fields.Required("columns").List(DefinitionLimits.MaxKeyColumns, item => item.Text()),
        Categories = fields.Required("categories").List(DefinitionLimits.MaxCategories, item => item.Literal()),
        Encoding = fields.Choice<CategoryEncoding>("encoding", DefinitionNames.Encodings),
        HasOther = fields.TryGet("other", out JsonPlace other) && other.Boolean(),
    };

    private static AgeFeature Age(JsonFields fields) => new() { Unit = Unit(fields), Scaling = Scaling(fields) };

    private static GapFeature Gap(JsonFields fields) => new() { Unit = Unit(fields), Scaling = Scaling(fields) };

    // A feature without settings of its own must still refuse unknown keys.
    private static T Bare<T>(T feature, JsonPlace node, string[] keys)
        where T : Feature
    {
        _ = new JsonFields(node, keys);
        return feature;
    }

    private static TimeUnit Unit(JsonFields fields) => (TimeUnit)fields.Required("unit").Choice(DefinitionNames.TimeUnits);

    private static Scaling? Scaling(JsonFields fields)
    {
        if (!fields.TryGet("scaling", out JsonPlace node))
        {
            return null;
        }

        var scaling = new JsonFields(node, DefinitionKeys.Scaling);
        return new Scaling
        {
            Factor = scaling.TryGet("factor", out JsonPlace factor) ? factor.Float64() : 1,
            Offset = scaling.TryGet("offset", out JsonPlace offset) ? offset.Float64() : 0,
            Minimum = scaling.TryGet("minimum", out JsonPlace minimum) ? minimum.Float64() : null,
            Maximum = scaling.TryGet("maximum", out JsonPlace maximum) ? maximum.Float64() : null,
        };
    }
}
