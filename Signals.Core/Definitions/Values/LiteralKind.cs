using Signals.Definitions;

namespace Signals.Core.Definitions.Values;

/// <summary>The kind of value that a <see cref="Literal"/> holds.</summary>
internal enum LiteralKind : byte
{
    /// <summary>True or false. A <c>default</c> literal holds false.</summary>
    Boolean = 0,

    /// <summary>A whole number in the range of <see cref="long"/>.</summary>
    Int64 = 1,

    /// <summary>A whole number above <see cref="long.MaxValue"/>.</summary>
    UInt64 = 2,

    /// <summary>A finite number with a fraction or an exponent.</summary>
    Float64 = 3,

    /// <summary>A text.</summary>
    Text = 4,

    /// <summary>A byte string.</summary>
    Bytes = 5,
}
