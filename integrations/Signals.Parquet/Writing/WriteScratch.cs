using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Writing;

/// <summary>
/// Room for one call of Parquet's writer: levels, and values without those that are missing. Thread contract: one thread, one column at
/// a time.
/// </summary>
internal sealed class WriteScratch : IDisposable
{
    /// <summary>The most levels and values of a call.</summary>
    public const int Most = 1 << 14;

    /// <summary>Definition levels.</summary>
    public short[] Definitions { get; } = new short[Most];

    /// <summary>Repetition levels.</summary>
    public short[] Repetitions { get; } = new short[Most];

    /// <summary>Values of 32 bits.</summary>
    public int[] Ints { get; } = new int[Most];

    /// <summary>Places of values of any length.</summary>
    public ByteArray[] Slices { get; } = new ByteArray[Most];

    /// <summary>Places of values of fixed length.</summary>
    public FixedLenByteArray[] Places { get; } = new FixedLenByteArray[Most];

    /// <summary>Bytes that those places point to.</summary>
    public NativeBuffer Bytes { get; } = new();

    /// <summary>Cells that have a value, side by side.</summary>
    public NativeBuffer Packed { get; } = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        Bytes.Dispose();
        Packed.Dispose();
    }
}
