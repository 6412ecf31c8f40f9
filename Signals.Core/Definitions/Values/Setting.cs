using Signals.Core.Definitions.Values;

namespace Signals.Definitions;

/// <summary>
/// A constant, or the current value of a parameter. Code that runs a definition only uses <see cref="Value"/>. Immutable.
/// </summary>
/// <typeparam name="T"><see cref="int"/>, <see cref="TimeSpan"/> or <see cref="Literal"/>.</typeparam>
public readonly record struct Setting<T>
    where T : struct
{
    internal Setting(T value, string? parameter)
    {
        Value = value;
        Parameter = parameter;
    }

    /// <summary>The value: the constant, or the parameter's value.</summary>
    public T Value { get; }

    /// <summary>The parameter whose value it is; <c>null</c> for a constant.</summary>
    public string? Parameter { get; }

    /// <summary>A setting with a constant.</summary>
    public static implicit operator Setting<T>(T value) => new(value, null);

    /// <summary>A setting with the value of a parameter.</summary>
    /// <exception cref="ArgumentException">The parameter's kind does not fit the setting.</exception>
    public static implicit operator Setting<T>(Parameter parameter) => FromParameter(parameter);

    /// <summary>A setting with the value of a parameter.</summary>
    /// <exception cref="ArgumentException">The parameter's kind does not fit the setting.</exception>
    internal static Setting<T> FromParameter(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return SettingValue.TryRead(parameter, out T value)
            ? new Setting<T>(value, parameter.Name)
            : throw new ArgumentException(
                $"The parameter '{parameter.Name}' is {parameter.Kind} with the default {parameter.Format(parameter.Default)}; " +
                $"here belongs {SettingValue.Describe<T>()}.",
                nameof(parameter));
    }

    /// <summary>The value, and the parameter's name when it is the value of a parameter.</summary>
    public override string ToString() => Parameter is null ? $"{Value}" : $"{Parameter} = {Value}";
}
