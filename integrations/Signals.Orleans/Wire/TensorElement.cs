namespace Signals.Orleans.Wire;

/// <summary>The type of a tensor's elements on the way between machines. The numbers are part of the format.</summary>
internal enum TensorElement : byte
{
    Float32 = 1,
    Float16 = 2,
    Float64 = 3,
    Int8 = 4,
    UInt8 = 5,
    Int16 = 6,
    Int32 = 7,
    Int64 = 8,
    Boolean = 9,
}
