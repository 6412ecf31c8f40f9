namespace Signals.Core.Definitions;

/// <summary>The type of a tensor's elements. Values are converted: to a whole number by cutting the fraction off, then to the nearest
/// that the type holds, NaN to 0; to a smaller float by rounding to nearest, ties to even; to a boolean as unequal to 0.</summary>
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
