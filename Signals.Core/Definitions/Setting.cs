namespace Signals.Core.Definitions;

/// <summary>
/// A constant, or the current value of a parameter. Whoever runs a definition looks at <see cref="Value"/> alone. Immutable.
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

    /// <summary>The value, whether constant or a parameter's.</summary>
    public T Value { get; }

    /// <summary>The parameter whose value it is; <c>null</c> for a constant.</summary>
    public string? Parameter { get; }

    /// <summary>A constant.</summary>
    public static implicit operator Setting<T>(T value) => new(value, null);

    /// <summary>The value of a parameter.</summary>
    /// <exception cref="ArgumentException">The parameter is of a kind that does not fit here.</exception>
    public static implicit operator Setting<T>(Parameter parameter) => Of(parameter);

    /// <summary>The value of a parameter.</summary>
    /// <exception cref="ArgumentException">The parameter is of a kind that does not fit here.</exception>
    internal static Setting<T> Of(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return SettingValue.TryRead(parameter, out T value)
            ? new Setting<T>(value, parameter.Name)
            : throw new ArgumentException(
                $"The parameter '{parameter.Name}' is {parameter.Kind} with the default {parameter.Show(parameter.Default)}; here belongs {SettingValue.Describe<T>()}.",
                nameof(parameter));
    }

    /// <summary>The value, and the parameter's name when there is one.</summary>
    public override string ToString() => Parameter is null ? $"{Value}" : $"{Parameter} = {Value}";
}
