using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Tensors;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>
/// The words that the JSON uses for the choices of a definition, indexed by the choices' numbers. They never change, because
/// files contain them.
/// </summary>
internal static class DefinitionNames
{
    public static readonly string[] Comparisons = ["equals", "notEquals", "lessThan", "atMost", "greaterThan", "atLeast"];
    public static readonly string[] Stages = ["experimental", "production", "deprecated", "retired"];
    public static readonly string[] ParameterKinds = ["integer", "number", "duration", "text", "boolean"];
    public static readonly string[] States = ["absent", "null", "value"];
    public static readonly string[] Scopes = ["acrossTypes", "perType"];
    public static readonly string[] Units = ["rows", "percent"];
    public static readonly string[] Placements = ["automatic", "indexing", "serving"];
    public static readonly string[] Orders = ["newestFirst", "oldestFirst"];
    public static readonly string[] Layouts = ["padded", "jagged"];
    public static readonly string[] Paddings = ["right", "left"];
    public static readonly string[] TensorTypes =
        ["float32", "float16", "float64", "int8", "uint8", "int16", "int32", "int64", "boolean"];
    public static readonly string[] TimeUnits = ["milliseconds", "seconds", "minutes", "hours", "days"];
    public static readonly string[] Encodings = ["oneHot", "multiHot", "index"];

    public static string NameOf(ComparisonOperator value) => Comparisons[(int)value];

    public static string NameOf(LifecycleStage value) => Stages[(int)value];

    public static string NameOf(ParameterKind value) => ParameterKinds[(int)value];

    public static string NameOf(ColumnState value) => States[(int)value];

    public static string NameOf(DedupScope value) => Scopes[(int)value];

    public static string NameOf(PlacementChoice value) => Placements[(int)value];

    public static string NameOf(SequenceOrder value) => Orders[(int)value];

    public static string NameOf(TensorLayout value) => Layouts[(int)value];

    public static string NameOf(PaddingSide value) => Paddings[(int)value];

    public static string NameOf(TensorType value) => TensorTypes[(int)value];

    public static string NameOf(TimeUnit value) => TimeUnits[(int)value];

    public static string NameOf(CategoryEncoding value) => Encodings[(int)value];
}
