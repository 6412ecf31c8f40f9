namespace Signals.Bench.Micro;

/// <summary>What the rows of a column chunk hold. This determines the encoding.</summary>
public enum ChunkShape
{
    /// <summary>One value for all rows: no bytes per row.</summary>
    Constant,

    /// <summary>Integers that differ by less than a byte holds.</summary>
    OneByte,

    /// <summary>Integers that differ by less than 32 bits hold.</summary>
    FourBytes,

    /// <summary>A few values that are far apart: codes.</summary>
    Dictionary,

    /// <summary>Floats, stored as they are.</summary>
    Floats,

    /// <summary>Vectors of 64 signed bytes, stored as they are.</summary>
    Vectors,
}
