namespace Signals;

/// <summary>What one row of a column holds. The numbers are persisted in schemas and never change meaning.</summary>
public enum ColumnKind : byte
{
    /// <summary>One byte, 0 or 1.</summary>
    Boolean = 1,

    /// <summary>Signed, 1 byte.</summary>
    Int8 = 2,

    /// <summary>Unsigned, 1 byte.</summary>
    UInt8 = 3,

    /// <summary>Signed, 2 bytes.</summary>
    Int16 = 4,

    /// <summary>Unsigned, 2 bytes.</summary>
    UInt16 = 5,

    /// <summary>Signed, 4 bytes.</summary>
    Int32 = 6,

    /// <summary>Unsigned, 4 bytes.</summary>
    UInt32 = 7,

    /// <summary>Signed, 8 bytes.</summary>
    Int64 = 8,

    /// <summary>Unsigned, 8 bytes.</summary>
    UInt64 = 9,

    /// <summary>IEEE half, 2 bytes.</summary>
    Float16 = 10,

    /// <summary>IEEE single, 4 bytes.</summary>
    Float32 = 11,

    /// <summary>IEEE double, 8 bytes.</summary>
    Float64 = 12,

    /// <summary>UTF-8 text of any length.</summary>
    Text = 20,

    /// <summary>Bytes of any length.</summary>
    Bytes = 21,

    /// <summary>A fixed number of signed bytes.</summary>
    VectorInt8 = 30,

    /// <summary>A fixed number of IEEE halves.</summary>
    VectorFloat16 = 31,

    /// <summary>A fixed number of IEEE singles.</summary>
    VectorFloat32 = 32,
}
