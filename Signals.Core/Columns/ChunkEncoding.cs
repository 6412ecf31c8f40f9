namespace Signals.Core.Columns;

/// <summary>How the values of a chunk are stored. The numbers are persisted; see docs/formats/column-chunk.md.</summary>
internal enum ChunkEncoding : byte
{
    /// <summary>No row has a value. Only states are stored.</summary>
    None = 1,

    /// <summary>Every row has the same bytes. They are stored once.</summary>
    Constant = 2,

    /// <summary>Fixed-width rows, stored as they are.</summary>
    Raw = 3,

    /// <summary>Integers, stored as a base and unsigned offsets of 1, 2 or 4 bytes.</summary>
    FrameOfReference = 4,

    /// <summary>Codes of 1 or 2 bytes that point into a table of distinct values.</summary>
    Dictionary = 5,

    /// <summary>Variable rows: end offsets of 1, 2 or 4 bytes, then the bytes.</summary>
    VariableRaw = 6,

    /// <summary>Numbers of up to 8 bytes, stored as a base and unsigned offsets of 1 to 57 bits.</summary>
    Packed = 7,
}
