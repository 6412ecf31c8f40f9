namespace Signals.Core.Definitions;

/// <summary>What one request wants a parameter to be.</summary>
/// <param name="Name">The parameter's name.</param>
/// <param name="Value">Its value: whole milliseconds for a duration.</param>
public readonly record struct ParameterOverride(string Name, Literal Value)
{
    /// <summary>A length of time; whole milliseconds.</summary>
    public static ParameterOverride Duration(string name, TimeSpan value) => new(name, Durations.ToMilliseconds(value));
}
