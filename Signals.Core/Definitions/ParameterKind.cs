namespace Signals.Core.Definitions;

/// <summary>What a <see cref="Parameter"/> stands for.</summary>
public enum ParameterKind : byte
{
    /// <summary>A whole number: counts, sizes, thresholds.</summary>
    Integer = 0,

    /// <summary>A number, whole or not: thresholds.</summary>
    Number = 1,

    /// <summary>A length of time: windows. Its literals are whole milliseconds.</summary>
    Duration = 2,

    /// <summary>One of a list of texts.</summary>
    Text = 3,

    /// <summary>True or false.</summary>
    Boolean = 4,
}
