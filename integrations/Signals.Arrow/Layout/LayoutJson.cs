using System.Text.Json.Serialization;

namespace Signals.Arrow.Layout;

/// <summary>JSON in the metadata of a schema, without reflection.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class LayoutJson : JsonSerializerContext;
