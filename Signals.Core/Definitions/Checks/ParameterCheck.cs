using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// Checks the structure of parameters: names, kinds, bounds, and whether the defaults are within the bounds. Pure.
/// </summary>
internal static class ParameterCheck
{
    public static void Run(ValueList<Parameter> parameters, ValueCheck values)
    {
        JsonPath path = JsonPath.Root["parameters"];
        values.Count(path, parameters.Count, 0, DefinitionLimits.MaxParameters, "parameters");
        values.UniqueNames(path, [.. parameters.Select(parameter => parameter.Name)], static (at, i) => at[i]["name"]);
        for (int i = 0; i < parameters.Count; i++)
        {
            One(path[i], parameters[i], values);
        }
    }

    private static void One(JsonPath path, Parameter parameter, ValueCheck values)
    {
        values.Known(path["kind"], parameter.Kind);
        bool hasBounds = parameter.Kind is ParameterKind.Integer or ParameterKind.Number or ParameterKind.Duration;
        bool fit = Bound(path["minimum"], parameter, parameter.Minimum, hasBounds, values)
            & Bound(path["maximum"], parameter, parameter.Maximum, hasBounds, values)
            & Allowed(path["allowed"], parameter, values);
        if (fit && hasBounds && LiteralOrder.Compare(parameter.Minimum!.Value, parameter.Maximum!.Value) > 0)
        {
            string least = parameter.Format(parameter.Minimum.Value);
            values.Error(path["minimum"], $"the minimum {least} is above the maximum {parameter.Format(parameter.Maximum.Value)}");
        }
        else if (fit && parameter.Refuse(parameter.Default) is { } refusal)
        {
            values.Error(path["default"], refusal);
        }

        values.Literal(path["default"], parameter.Default);
    }

    private static bool Bound(JsonPath path, Parameter parameter, Literal? bound, bool isExpected, ValueCheck values)
    {
        if (bound is null == isExpected)
        {
            values.Error(path, isExpected
                ? $"a parameter of kind {parameter.Kind} needs a bound here"
                : $"a parameter of kind {parameter.Kind} has no bounds");
            return false;
        }

        if (bound is { } literal && !parameter.Fits(literal))
        {
            values.Error(path, $"{literal} cannot be a bound of a parameter of kind {parameter.Kind}");
            return false;
        }

        return true;
    }

    private static bool Allowed(JsonPath path, Parameter parameter, ValueCheck values)
    {
        if (parameter.Kind != ParameterKind.Text)
        {
            values.Count(path, parameter.Allowed.Count, 0, 0, $"allowed values of a parameter of kind {parameter.Kind}");
            return parameter.Allowed.Count == 0;
        }

        values.Literals(path, parameter.Allowed, DefinitionLimits.MaxSetValues);
        return parameter.Allowed.Count > 0;
    }
}
