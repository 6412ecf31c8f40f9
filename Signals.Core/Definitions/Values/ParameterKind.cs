using Signals.Definitions;

namespace Signals.Core.Definitions.Values;

/// <summary>The kind of value that a <see cref="Parameter"/> has.</summary>
internal enum ParameterKind : byte
{
    /// <summary>A whole number. For counts, sizes and thresholds.</summary>
    Integer = 0,

    /// <summary>A number, whole or not. For thresholds.</summary>
    Number = 1,

    /// <summary>A length of time. For windows. Its literals are whole milliseconds.</summary>
    Duration = 2,

    /// <summary>One of a list of texts.</summary>
    Text = 3,

    /// <summary>True or false.</summary>
    Boolean = 4,
}
