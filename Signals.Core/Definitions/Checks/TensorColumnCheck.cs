using Signals.Core.Definitions.Tensors;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// Checks features against a schema: whether columns can become numbers, and whether tensors are small enough. Used by one
/// thread.
/// </summary>
internal sealed class TensorColumnCheck(ColumnScope columns, DefinitionErrors errors)
{
    public void Run(TensorSection section, SequenceDefinition definition)
    {
        for (int i = 0; i < section.Outputs.Count && !errors.IsFull; i++)
        {
            TensorDefinition output = section.Outputs[i];
            JsonPath path = JsonPath.Root["tensors"]["outputs"][i];
            long width = 0;
            for (int j = 0; j < output.Features.Count; j++)
            {
                width += Width(path["features"][j], output.Features[j], definition.FromClauses.Count);
            }

            if (width > DefinitionLimits.MaxTensorWidth || width * definition.Size.Value > Array.MaxLength)
            {
                errors.Add(
                    path,
                    $"the tensor is {definition.Size.Value} x {width}; " +
                    $"at most {DefinitionLimits.MaxTensorWidth} elements a row and {Array.MaxLength} a sequence are allowed");
            }
        }
    }

    private int Width(JsonPath path, Feature feature, int sources)
    {
        switch (feature)
        {
            case ColumnFeature column:
                return Column(path, column);
            case CategoryFeature category:
                Category(path, category);
                return category.Width;
            case PresenceFeature presence:
                columns.Find(path["column"], presence.Column, eventType: null);
                return 1;
            case EventTypeFeature { Encoding: CategoryEncoding.OneHot }:
                return sources;
            default:
                return 1;
        }
    }

    private int Column(JsonPath path, ColumnFeature feature)
    {
        if (columns.Find(path["column"], feature.Column, eventType: null) is not { } type)
        {
            return 0;
        }

        LiteralFamily family = Families.FamilyOf(type);
        if (family is LiteralFamily.Text or LiteralFamily.Bytes)
        {
            errors.Add(
                path["column"],
                $"'{feature.Column}' is {type}, which is not a number; " +
                "use a category feature, or an enricher that gives a number");
            return 0;
        }

        LiteralFamily expected = family == LiteralFamily.Boolean ? LiteralFamily.Boolean : LiteralFamily.Number;
        if (feature.Default is { } value && Families.FamilyOf(value) != expected)
        {
            errors.Add(path["default"], $"{value} does not fit '{feature.Column}', which is {type}; {Families.Describe(expected)} do");
        }

        if (feature.Scaling is not null && family != LiteralFamily.Number)
        {
            errors.Add(path["scaling"], $"'{feature.Column}' is {type}; only scalar numbers can be scaled");
        }

        return type.Dimensions;
    }

    private void Category(JsonPath path, CategoryFeature feature)
    {
        LiteralFamily family = Families.FamilyOf(feature.Categories[0]);
        for (int i = 0; i < feature.Columns.Count; i++)
        {
            if (columns.Find(path["columns"][i], feature.Columns[i], eventType: null) is { } type && Families.FamilyOf(type) != family)
            {
                errors.Add(
                    path["columns"][i],
                    $"'{feature.Columns[i]}' is {type}, which can hold none of the categories: those are {Families.Describe(family)}");
            }
        }
    }
}
