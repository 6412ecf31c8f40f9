namespace Signals.Bench.Micro;

/// <summary>What the rows of a column chunk are, and so how it is encoded.</summary>
public enum ChunkShape
{
    /// <summary>One value: no bytes a row.</summary>
    Constant,

    /// <summary>Integers within a byte of each other.</summary>
    OneByte,

    /// <summary>Integers within 32 bits of each other.</summary>
    FourBytes,

    /// <summary>A few values far apart: codes.</summary>
    Dictionary,

    /// <summary>Floats as they are.</summary>
    Floats,

    /// <summary>Vectors of 64 signed bytes as they are.</summary>
    Vectors,
}
