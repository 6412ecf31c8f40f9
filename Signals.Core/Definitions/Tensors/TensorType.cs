namespace Signals.Definitions;

/// <summary>
/// The type of a tensor's elements. Values are converted. To a whole number: the fraction is cut off, the result becomes the
/// nearest number that the type holds, and NaN becomes 0. To a smaller float: the value is rounded to nearest, ties to even. To a
/// boolean: the value is true when it is not 0.
/// </summary>
public enum TensorType : byte
{
    /// <summary>IEEE single.</summary>
    Float32 = 0,

    /// <summary>IEEE half.</summary>
    Float16 = 1,

    /// <summary>IEEE double.</summary>
    Float64 = 2,

    /// <summary>Signed, 1 byte.</summary>
    Int8 = 3,

    /// <summary>Unsigned, 1 byte.</summary>
    UInt8 = 4,

    /// <summary>Signed, 2 bytes.</summary>
    Int16 = 5,

    /// <summary>Signed, 4 bytes.</summary>
    Int32 = 6,

    /// <summary>Signed, 8 bytes.</summary>
    Int64 = 7,

    /// <summary>One byte, 0 or 1.</summary>
    Boolean = 8,
}
