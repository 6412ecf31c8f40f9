using Signals.Core.Definitions.Tensors;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Checks;

/// <summary>Checks the structure of a model-ready answer. Pure.</summary>
internal static class TensorCheck
{
    public static void Run(TensorSection section, ValueCheck values)
    {
        JsonPath path = JsonPath.Root["tensors"];
        values.Known(path["layout"], section.Layout);
        values.Known(path["padding"], section.Padding);
        if (section.Layout == TensorLayout.Jagged && section.Padding != PaddingSide.Right)
        {
            values.Error(path["padding"], "a jagged layout has no padding");
        }

        List<string> names = [.. section.Outputs.Select(output => output.Name)];
        if (section.Mask is { } mask)
        {
            values.Name(path["mask"]["name"], mask.Name);
            values.Known(path["mask"]["type"], mask.Type);
            if (section.Layout == TensorLayout.Jagged)
            {
                values.Error(path["mask"], "a jagged layout has offsets and no mask");
            }

            if (names.Contains(mask.Name))
            {
                values.Error(path["mask"]["name"], $"'{JsonPath.Quoted(mask.Name)}' is already the name of a tensor");
            }
        }

        JsonPath outputs = path["outputs"];
        values.Count(outputs, section.Outputs.Count, 1, DefinitionLimits.MaxTensors, "tensors");
        values.UniqueNames(outputs, [.. names], static (at, i) => at[i]["name"]);
        for (int i = 0; i < section.Outputs.Count; i++)
        {
            TensorDefinition output = section.Outputs[i];
            values.Known(outputs[i]["type"], output.Type);
            values.Count(outputs[i]["features"], output.Features.Count, 1, DefinitionLimits.MaxFeatures, "features");
            for (int j = 0; j < output.Features.Count; j++)
            {
                Feature(outputs[i]["features"][j], output.Features[j], values);
            }
        }
    }

    private static void Feature(JsonPath path, Feature feature, ValueCheck values)
    {
        switch (feature)
        {
            case ColumnFeature column:
                values.Name(path["column"], column.Column);
                Default(path["default"], column.Default, values);
                Scaling(path["scaling"], column.Scaling, values);
                break;
            case CategoryFeature category:
                Category(path, category, values);
                break;
            case AgeFeature age:
                values.Known(path["unit"], age.Unit);
                Scaling(path["scaling"], age.Scaling, values);
                break;
            case GapFeature gap:
                values.Known(path["unit"], gap.Unit);
                Scaling(path["scaling"], gap.Scaling, values);
                break;
            case TimeFeature time:
                values.Known(path["unit"], time.Unit);
                break;
            case EventTypeFeature type when type.Encoding is not (CategoryEncoding.OneHot or CategoryEncoding.Index):
                values.Error(path["encoding"], $"an event has one type; the encoding is oneHot or index, not {type.Encoding}");
                break;
            case PresenceFeature presence:
                values.Name(path["column"], presence.Column);
                break;
        }
    }

    private static void Category(JsonPath path, CategoryFeature category, ValueCheck values)
    {
        values.Known(path["encoding"], category.Encoding);
        int most = category.Encoding == CategoryEncoding.MultiHot ? DefinitionLimits.MaxKeyColumns : 1;
        values.Count(path["columns"], category.Columns.Count, 1, most, "columns");
        values.UniqueNames(path["columns"], category.Columns, static (at, i) => at[i]);
        values.Literals(path["categories"], category.Categories, DefinitionLimits.MaxCategories);
    }

    private static void Default(JsonPath path, Literal? value, ValueCheck values)
    {
        if (value is { IsNumber: false, Kind: not LiteralKind.Boolean } literal)
        {
            values.Error(path, $"{literal} is neither a number nor a boolean; a tensor holds nothing else");
        }
    }

    private static void Scaling(JsonPath path, Scaling? scaling, ValueCheck values)
    {
        if (scaling is null)
        {
            return;
        }

        values.Number(path["factor"], scaling.Factor);
        values.Number(path["offset"], scaling.Offset);
        values.Number(path["minimum"], scaling.Minimum ?? 0);
        values.Number(path["maximum"], scaling.Maximum ?? 0);
        if (scaling is { Minimum: { } least, Maximum: { } greatest } && least > greatest)
        {
            values.Error(
                path["minimum"],
                $"the minimum {Signals.Definitions.Literal.FormatFloat64(least)} is above " +
                $"the maximum {Signals.Definitions.Literal.FormatFloat64(greatest)}");
        }
    }
}
