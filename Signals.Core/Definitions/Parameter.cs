namespace Signals.Core.Definitions;

/// <summary>
/// A value of a definition that a request may override within declared bounds. Used in place of a constant, declared once by
/// <see cref="SequenceDefinitionBuilder.Parameters"/>. Immutable and safe to share.
/// </summary>
public sealed record Parameter
{
    /// <summary>Unique in its definition.</summary>
    public required string Name { get; init; }

    /// <summary>What it stands for.</summary>
    public required ParameterKind Kind { get; init; }

    /// <summary>What it is when a request says nothing.</summary>
    public required Literal Default { get; init; }

    /// <summary>The least value of a number or duration.</summary>
    public Literal? Minimum { get; init; }

    /// <summary>The greatest value of a number or duration.</summary>
    public Literal? Maximum { get; init; }

    /// <summary>The values that a text may take.</summary>
    public ValueList<Literal> Allowed { get; init; } = [];

    /// <summary>A whole number with inclusive bounds.</summary>
    public static Parameter Integer(string name, long value, long minimum, long maximum) =>
        new() { Name = name, Kind = ParameterKind.Integer, Default = value, Minimum = minimum, Maximum = maximum };

    /// <summary>A number with inclusive bounds.</summary>
    public static Parameter Number(string name, double value, double minimum, double maximum) =>
        new() { Name = name, Kind = ParameterKind.Number, Default = value, Minimum = minimum, Maximum = maximum };

    /// <summary>A length of time with inclusive bounds, whole milliseconds each.</summary>
    public static Parameter Duration(string name, TimeSpan value, TimeSpan minimum, TimeSpan maximum) => new()
    {
        Name = name,
        Kind = ParameterKind.Duration,
        Default = Durations.ToMilliseconds(value),
        Minimum = Durations.ToMilliseconds(minimum),
        Maximum = Durations.ToMilliseconds(maximum),
    };

    /// <summary>One of several texts.</summary>
    public static Parameter Text(string name, string value, params ReadOnlySpan<string> allowed)
    {
        var literals = new Literal[allowed.Length];
        for (int i = 0; i < literals.Length; i++)
        {
            literals[i] = allowed[i];
        }

        return new Parameter { Name = name, Kind = ParameterKind.Text, Default = value, Allowed = [.. literals] };
    }

    /// <summary>True or false.</summary>
    public static Parameter Boolean(string name, bool value) =>
        new() { Name = name, Kind = ParameterKind.Boolean, Default = value };

    /// <summary>Why a value is not one of this parameter's; <c>null</c> when it is.</summary>
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
        return inBounds ? null : $"the parameter '{Name}' takes {Describe()}, not {Show(value)}";
    }

    /// <summary>Whether a value is of this parameter's kind.</summary>
    internal bool Fits(Literal value) => Kind switch
    {
        ParameterKind.Integer => value.IsInteger,
        ParameterKind.Number => value.IsNumber,
        ParameterKind.Duration => value.Kind == LiteralKind.Int64 && Durations.IsMilliseconds(value.Int64),
        ParameterKind.Text => value.Kind == LiteralKind.Text,
        _ => value.Kind == LiteralKind.Boolean,
    };

    internal string Show(Literal value) => Kind == ParameterKind.Duration && value.Kind == LiteralKind.Int64 ? Durations.Format(value.Int64) : value.ToString();

    private string Describe() => Kind switch
    {
        ParameterKind.Integer => $"a whole number from {Minimum} to {Maximum}",
        ParameterKind.Number => $"a number from {Minimum} to {Maximum}",
        ParameterKind.Duration when Minimum is { } least && Maximum is { } most => $"a duration from {Show(least)} to {Show(most)}",
        ParameterKind.Duration => "a duration",
        ParameterKind.Text => $"one of {Allowed}",
        _ => "true or false",
    };
}
