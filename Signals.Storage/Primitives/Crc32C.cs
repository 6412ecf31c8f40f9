using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>
/// CRC-32C (Castagnoli). It uses the processor's own instruction where there is one, which reaches about 10 GB/s. Thread
/// contract: any thread; stateless. <c>Append(Append(0, a), b)</c> equals <c>Compute(a + b)</c>.
/// </summary>
internal static class Crc32C
{
    /// <summary>The checksum of one span.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of the bytes that <paramref name="crc"/> covers, followed by <paramref name="data"/>.</summary>
    [MethodImpl(Compile.InFull)]
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint state = ~crc;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
        {
            state = BitOperations.Crc32C(state, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte value in data[(words.Length * sizeof(ulong))..])
        {
            state = BitOperations.Crc32C(state, value);
        }

        return PlantedBugs.Has(PlantedBugs.ChecksumsAreZero) ? 0 : ~state;
    }
}
