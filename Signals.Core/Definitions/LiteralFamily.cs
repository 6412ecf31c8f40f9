namespace Signals.Core.Definitions;

/// <summary>Which values can be compared with each other.</summary>
internal enum LiteralFamily : byte
{
    /// <summary>None: vectors.</summary>
    None = 0,

    /// <summary>True and false.</summary>
    Boolean = 1,

    /// <summary>Numbers of every kind, by exact value.</summary>
    Number = 2,

    /// <summary>Texts.</summary>
    Text = 3,

    /// <summary>Byte strings.</summary>
    Bytes = 4,
}
