using System.Text.Json;
using Signals.Core.Definitions.Tensors;
using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>Writes a model-ready answer as JSON. Pure.</summary>
internal static class TensorJsonWriter
{
    public static void Write(Utf8JsonWriter json, TensorSection section)
    {
        json.WriteStartObject("tensors");
        json.WriteString("layout", DefinitionNames.NameOf(section.Layout));
        json.WriteString("padding", DefinitionNames.NameOf(section.Padding));
        if (section.Mask is { } mask)
        {
            json.WriteStartObject("mask");
            json.WriteString("name", mask.Name);
            json.WriteString("type", DefinitionNames.NameOf(mask.Type));
            json.WriteEndObject();
        }

        json.WriteStartArray("outputs");
        foreach (TensorDefinition output in section.Outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", output.Name);
            json.WriteString("type", DefinitionNames.NameOf(output.Type));
            json.WriteStartArray("features");
            foreach (Feature feature in output.Features)
            {
                json.WriteStartObject();
                Write(json, feature);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Feature feature)
    {
        switch (feature)
        {
            case ColumnFeature column:
                json.WriteString("feature", "column");
                json.WriteString("column", column.Column);
                ValueWriter.Literal(json, "default", column.Default);
                Scaling(json, column.Scaling);
                break;
            case CategoryFeature category:
                json.WriteString("feature", "category");
                ValueWriter.Names(json, "columns", category.Columns);
                ValueWriter.Literals(json, "categories", category.Categories);
                json.WriteString("encoding", DefinitionNames.NameOf(category.Encoding));
                json.WriteBoolean("other", category.HasOther);
                break;
            case AgeFeature age:
                json.WriteString("feature", "age");
                json.WriteString("unit", DefinitionNames.NameOf(age.Unit));
                Scaling(json, age.Scaling);
                break;
            case GapFeature gap:
                json.WriteString("feature", "gap");
                json.WriteString("unit", DefinitionNames.NameOf(gap.Unit));
                Scaling(json, gap.Scaling);
                break;
            case TimeFeature time:
                json.WriteString("feature", "time");
                json.WriteString("unit", DefinitionNames.NameOf(time.Unit));
                break;
            case EventTypeFeature type:
                json.WriteString("feature", "eventType");
                json.WriteString("encoding", DefinitionNames.NameOf(type.Encoding));
                break;
            case PresenceFeature presence:
                json.WriteString("feature", "presence");
                json.WriteString("column", presence.Column);
                break;
            case PositionFeature:
                json.WriteString("feature", "position");
                break;
        }
    }

    private static void Scaling(Utf8JsonWriter json, Scaling? scaling)
    {
        if (scaling is null)
        {
            return;
        }

        json.WriteStartObject("scaling");
        ValueWriter.Number(json, "factor", scaling.Factor);
        ValueWriter.Number(json, "offset", scaling.Offset);
        ValueWriter.Number(json, "minimum", scaling.Minimum);
        ValueWriter.Number(json, "maximum", scaling.Maximum);
        json.WriteEndObject();
    }
}
