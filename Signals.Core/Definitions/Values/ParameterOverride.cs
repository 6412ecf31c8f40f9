using Signals.Core.Definitions.Values;

namespace Signals.Definitions;

/// <summary>The value that one request gives to a parameter.</summary>
/// <param name="Name">The parameter's name.</param>
/// <param name="Value">The value. A duration is given in whole milliseconds.</param>
public readonly record struct ParameterOverride(string Name, Literal Value)
{
    /// <summary>An override with a length of time, in whole milliseconds.</summary>
    public static ParameterOverride Duration(string name, TimeSpan value) => new(name, Durations.ToMilliseconds(value));
}
