using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>
/// Reads settings: constants, or references to parameters, whose values they take. For one thread and one document.
/// </summary>
internal sealed class SettingReader(Dictionary<string, Parameter> parameters)
{
    public Setting<int> Int32(JsonPlace node) => node.IsObject ? Referred<int>(node) : node.Int32();

    public Setting<TimeSpan> Duration(JsonPlace node) =>
        node.IsObject ? Referred<TimeSpan>(node) : Durations.FromMilliseconds(node.Milliseconds());

    public Setting<Literal> Literal(JsonPlace node) =>
        node.IsObject && node.Element.TryGetProperty("parameter", out _) ? Referred<Literal>(node) : node.Literal();

    private Setting<T> Referred<T>(JsonPlace node)
        where T : struct
    {
        JsonPlace reference = new JsonFields(node, DefinitionKeys.Reference).Required("parameter");
        string name = reference.Text();
        if (!parameters.TryGetValue(name, out Parameter? parameter))
        {
            reference.Error(
                $"the parameter '{JsonPath.Quoted(name)}' is not declared; " +
                $"declared are: {string.Join(", ", parameters.Keys.Select(JsonPath.Quoted))}");
            return default;
        }

        if (!SettingValue.TryRead(parameter, out T value))
        {
            reference.Error(
                $"the parameter '{JsonPath.Quoted(name)}' is {parameter.Kind} {parameter.Format(parameter.Default)}; " +
                $"here belongs {SettingValue.Describe<T>()}");
        }

        return new Setting<T>(value, name);
    }
}
