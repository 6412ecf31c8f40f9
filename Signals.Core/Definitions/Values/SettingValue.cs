using System.Runtime.CompilerServices;
using Signals.Definitions;

namespace Signals.Core.Definitions.Values;

/// <summary>Converts the value of a parameter to the type of a setting. Pure.</summary>
internal static class SettingValue
{
    /// <summary>False when the parameter's kind, or the size of its default, does not fit the setting.</summary>
    public static bool TryRead<T>(Parameter parameter, out T value)
        where T : struct
    {
        Literal from = parameter.Default;
        value = default;
        if (typeof(T) == typeof(Literal))
        {
            value = Unsafe.BitCast<Literal, T>(from);
            return parameter.Kind != ParameterKind.Duration;
        }

        if (typeof(T) == typeof(int))
        {
            bool fits = parameter.Kind == ParameterKind.Integer
                && from.Kind == LiteralKind.Int64
                && from.Int64 is >= int.MinValue and <= int.MaxValue;
            value = Unsafe.BitCast<int, T>(fits ? (int)from.Int64 : 0);
            return fits;
        }

        if (typeof(T) == typeof(TimeSpan))
        {
            bool fits = parameter.Kind == ParameterKind.Duration && parameter.Fits(from);
            value = Unsafe.BitCast<TimeSpan, T>(fits ? Durations.FromMilliseconds(from.Int64) : default);
            return fits;
        }

        throw new NotSupportedException($"A definition has no setting of the type {typeof(T).Name}.");
    }

    public static string Describe<T>() =>
        typeof(T) == typeof(int) ? "a whole number of 32 bits"
        : typeof(T) == typeof(TimeSpan) ? "a duration"
        : "a number, text or boolean";
}
