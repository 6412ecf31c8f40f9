using Signals.Core.Definitions.Values;

namespace Signals.Definitions;

/// <summary>
/// A value of a definition that a request may override within declared bounds. You use it in place of a constant and declare it
/// once with <see cref="SequenceDefinitionBuilder.Parameters"/>. Immutable and safe to share.
/// </summary>
public sealed record Parameter
{
    internal Parameter()
    {
    }

    /// <summary>The parameter's name, unique in its definition.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of value that the parameter has.</summary>
    internal ParameterKind Kind { get; init; }

    /// <summary>The value that is used when a request does not override the parameter.</summary>
    public required Literal Default { get; init; }

    /// <summary>The least value of a number or duration.</summary>
    public Literal? Minimum { get; init; }

    /// <summary>The greatest value of a number or duration.</summary>
    public Literal? Maximum { get; init; }

    /// <summary>The values that a text may take.</summary>
    internal ValueList<Literal> Allowed { get; init; } = [];

    /// <summary>Creates a parameter that is a whole number, with inclusive bounds.</summary>
    public static Parameter Integer(string name, long value, long minimum, long maximum) =>
        new() { Name = name, Kind = ParameterKind.Integer, Default = value, Minimum = minimum, Maximum = maximum };

    /// <summary>Creates a parameter that is a number, with inclusive bounds.</summary>
    public static Parameter Number(string name, double value, double minimum, double maximum) =>
        new() { Name = name, Kind = ParameterKind.Number, Default = value, Minimum = minimum, Maximum = maximum };

    /// <summary>Creates a parameter that is a length of time, with inclusive bounds. All three are whole milliseconds.</summary>
    public static Parameter Duration(string name, TimeSpan value, TimeSpan minimum, TimeSpan maximum) => new()
    {
        Name = name,
        Kind = ParameterKind.Duration,
        Default = Durations.ToMilliseconds(value),
        Minimum = Durations.ToMilliseconds(minimum),
        Maximum = Durations.ToMilliseconds(maximum),
    };

    /// <summary>Creates a parameter that is one of several texts.</summary>
    public static Parameter Text(string name, string value, params ReadOnlySpan<string> allowed)
    {
        var literals = new Literal[allowed.Length];
        for (int i = 0; i < literals.Length; i++)
        {
            literals[i] = allowed[i];
        }

        return new Parameter { Name = name, Kind = ParameterKind.Text, Default = value, Allowed = [.. literals] };
    }

    /// <summary>Creates a parameter that is true or false.</summary>
    public static Parameter Boolean(string name, bool value) =>
        new() { Name = name, Kind = ParameterKind.Boolean, Default = value };

    /// <summary>Says why the parameter cannot take a value; <c>null</c> when it can.</summary>
    internal string? Refuse(Literal value)
    {
        if (!Fits(value))
        {
            return $"the parameter '{Name}' takes {Describe()}, not {value}";
        }

        bool inBounds = Kind switch
        {
            ParameterKind.Text => Allowed.Span.Contains(value),
            ParameterKind.Boolean => true,
            _ => LiteralOrder.Compare(value, Minimum!.Value) >= 0 && LiteralOrder.Compare(value, Maximum!.Value) <= 0,
        };
        return inBounds ? null : $"the parameter '{Name}' takes {Describe()}, not {Format(value)}";
    }

    /// <summary>Whether a value is of this parameter's kind. Bounds are not checked.</summary>
    internal bool Fits(Literal value) => Kind switch
    {
        ParameterKind.Integer => value.IsInteger,
        ParameterKind.Number => value.IsNumber,
        ParameterKind.Duration => value.Kind == LiteralKind.Int64 && Durations.IsMilliseconds(value.Int64),
        ParameterKind.Text => value.Kind == LiteralKind.Text,
        _ => value.Kind == LiteralKind.Boolean,
    };

    internal string Format(Literal value) =>
        Kind == ParameterKind.Duration && value.Kind == LiteralKind.Int64 ? Durations.Format(value.Int64) : value.ToString();

    private string Describe() => Kind switch
    {
        ParameterKind.Integer => $"a whole number from {Minimum} to {Maximum}",
        ParameterKind.Number => $"a number from {Minimum} to {Maximum}",
        ParameterKind.Duration when Minimum is { } least && Maximum is { } most => $"a duration from {Format(least)} to {Format(most)}",
        ParameterKind.Duration => "a duration",
        ParameterKind.Text => $"one of {Allowed}",
        _ => "true or false",
    };
}
