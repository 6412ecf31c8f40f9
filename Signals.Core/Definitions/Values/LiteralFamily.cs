namespace Signals.Core.Definitions.Values;

/// <summary>The groups of values that can be compared with each other.</summary>
internal enum LiteralFamily : byte
{
    /// <summary>No comparison is possible: vectors.</summary>
    None = 0,

    /// <summary>The booleans true and false.</summary>
    Boolean = 1,

    /// <summary>Numbers of every kind. They are compared by exact value.</summary>
    Number = 2,

    /// <summary>Texts of any length.</summary>
    Text = 3,

    /// <summary>Byte strings of any length.</summary>
    Bytes = 4,
}
