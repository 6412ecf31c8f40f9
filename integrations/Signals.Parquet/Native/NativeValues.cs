using ParquetSharp;

namespace Signals.Parquet.Native;

/// <summary>
/// The bytes that Parquet's reader points to. They belong to the page that was read last, so they are copied before the next read. Pure.
/// </summary>
internal static unsafe class NativeValues
{
    /// <summary>The bytes of a value of any length.</summary>
    public static ReadOnlySpan<byte> Of(ByteArray value) => new((void*)value.Pointer, value.Length);

    /// <summary>The bytes of a value whose length the schema gives.</summary>
    public static ReadOnlySpan<byte> Of(FixedLenByteArray value, int length) => new((void*)value.Pointer, length);
}
