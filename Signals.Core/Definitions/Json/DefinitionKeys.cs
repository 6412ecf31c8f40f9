using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>
/// The keys of each object in a definition's JSON. The reader and the writer share them, and <c>docs/definitions.schema.json</c>
/// publishes them. A condition that names no column is an object with one key, which is in <see cref="Predicate.Forms"/>.
/// </summary>
internal static class DefinitionKeys
{
    /// <summary>The version of the JSON. Increased by every change that an older reader would misread.</summary>
    public const int Format = 1;

    public static readonly string[] Definition =
    [
        "$schema", "format", "name", "version", "owner", "stage", "description", "parameters", "sources", "where", "dedup", "mix",
        "enrichments", "order", "size", "deadline", "columns", "tensors",
    ];

    public static readonly string[] Parameter = ["name", "kind", "default", "minimum", "maximum", "allowed"];
    public static readonly string[] Reference = ["parameter"];
    public static readonly string[] Bytes = ["base64"];
    public static readonly string[] Source = ["eventType", "count", "window", "where"];
    public static readonly string[] Condition = ["column", .. PredicateColumn.Forms.Select(form => form.Key)];
    public static readonly string[] Dedup = ["columns", "scope"];
    public static readonly string[] Quota = ["rule", "eventTypes", "minimum", "maximum", "unit"];
    public static readonly string[] RunLimit = ["rule", "eventTypes", "maximum"];
    public static readonly string[] Enrichment = ["name", "placement", "timeout"];
    public static readonly string[] Column = ["name", "column", "default"];
    public static readonly string[] Tensors = ["layout", "padding", "mask", "outputs"];
    public static readonly string[] Mask = ["name", "type"];
    public static readonly string[] Output = ["name", "type", "features"];
    public static readonly string[] Scaling = ["factor", "offset", "minimum", "maximum"];
    public static readonly string[] ColumnFeature = ["feature", "column", "default", "scaling"];
    public static readonly string[] CategoryFeature = ["feature", "columns", "categories", "encoding", "other"];
    public static readonly string[] ElapsedFeature = ["feature", "unit", "scaling"];
    public static readonly string[] TimeFeature = ["feature", "unit"];
    public static readonly string[] EventTypeFeature = ["feature", "encoding"];
    public static readonly string[] PresenceFeature = ["feature", "column"];
    public static readonly string[] PositionFeature = ["feature"];
}
