using System.Text.Json;
using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>Writes conditions as JSON. Pure.</summary>
internal static class PredicateWriter
{
    public static void Write(Utf8JsonWriter json, Predicate predicate)
    {
        json.WriteStartObject();
        switch (predicate)
        {
            case AllPredicate all:
                List(json, "all", all.Predicates);
                break;
            case AnyPredicate any:
                List(json, "any", any.Predicates);
                break;
            case NotPredicate not:
                json.WritePropertyName("not");
                Write(json, not.Predicate);
                break;
            case FilterPredicate filter:
                json.WriteString("filter", filter.Name);
                break;
            case ComparisonPredicate comparison:
                json.WriteString("column", comparison.Column);
                ValueWriter.Setting(json, DefinitionNames.NameOf(comparison.Operator), comparison.Value);
                break;
            case RangePredicate range:
                json.WriteString("column", range.Column);
                json.WriteStartArray("between");
                ValueWriter.Setting(json, range.Low);
                ValueWriter.Setting(json, range.High);
                json.WriteEndArray();
                break;
            case SetPredicate set:
                json.WriteString("column", set.Column);
                ValueWriter.Literals(json, "in", set.Values);
                break;
            case StatePredicate state:
                json.WriteString("column", state.Column);
                json.WriteString("is", DefinitionNames.NameOf(state.State));
                break;
        }

        json.WriteEndObject();
    }

    private static void List(Utf8JsonWriter json, string key, ValueList<Predicate> predicates)
    {
        json.WriteStartArray(key);
        foreach (Predicate predicate in predicates)
        {
            Write(json, predicate);
        }

        json.WriteEndArray();
    }
}
