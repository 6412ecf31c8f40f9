using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>
/// CRC-32C (Castagnoli). It uses the processor's own instruction where there is one. One such instruction waits for the one before, so
/// many bytes are taken as three lanes at once, which reaches about 25 GB/s. Short lanes serve what is left, such as most chunks of a
/// block. Thread contract: any thread; stateless.
/// <c>Append(Append(0, a), b)</c> equals <c>Compute(a + b)</c>.
/// </summary>
internal static class Crc32C
{
    private const int LongLaneBytes = 1024;
    private const int ShortLaneBytes = 256;
    private const int Lanes = 3;
    private const int ByteValues = 256;

    // What a state becomes when a lane of zeros follows it: the sum of the entries of its four bytes.
    private static readonly uint[] AfterLongLane = MakeAfterLane(LongLaneBytes);
    private static readonly uint[] AfterShortLane = MakeAfterLane(ShortLaneBytes);

    /// <summary>The checksum of one span.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of the bytes that <paramref name="crc"/> covers, followed by <paramref name="data"/>.</summary>
    [MethodImpl(Compile.InFull)]
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint state = ~crc;
        for (; data.Length >= Lanes * LongLaneBytes; data = data[(Lanes * LongLaneBytes)..])
        {
            state = AppendLanes(state, MemoryMarshal.Cast<byte, ulong>(data[..(Lanes * LongLaneBytes)]), AfterLongLane);
        }

        for (; data.Length >= Lanes * ShortLaneBytes; data = data[(Lanes * ShortLaneBytes)..])
        {
            state = AppendLanes(state, MemoryMarshal.Cast<byte, ulong>(data[..(Lanes * ShortLaneBytes)]), AfterShortLane);
        }

        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
        {
            state = AppendWord(state, word);
        }

        foreach (byte value in data[(words.Length * sizeof(ulong))..])
        {
            state = BitOperations.Crc32C(state, value);
        }

        return PlantedBugs.Has(PlantedBugs.ChecksumsAreZero) ? 0 : ~state;
    }

    // A state is linear in its bits: that of a lane which began with 0 is added to what the states before become in the meantime.
    [MethodImpl(Compile.InFull)]
    private static uint AppendLanes(uint state, ReadOnlySpan<ulong> words, uint[] after)
    {
        int lane = words.Length / Lanes;
        ReadOnlySpan<ulong> first = words[..lane];
        ReadOnlySpan<ulong> second = words.Slice(lane, lane);
        ReadOnlySpan<ulong> third = words.Slice(2 * lane, lane);
        uint secondState = 0;
        uint thirdState = 0;
        for (int i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
        {
            state = AppendWord(state, first[i]);
            secondState = AppendWord(secondState, second[i]);
            thirdState = AppendWord(thirdState, third[i]);
        }

        return PassLane(after, PassLane(after, state) ^ secondState) ^ thirdState;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint AppendWord(uint state, ulong word) =>
        BitOperations.Crc32C(state, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));

    private static uint PassLane(uint[] after, uint state) => after[state & 0xFF]
        ^ after[ByteValues + (int)((state >> 8) & 0xFF)]
        ^ after[(2 * ByteValues) + (int)((state >> 16) & 0xFF)]
        ^ after[(3 * ByteValues) + (int)(state >> 24)];

    private static uint[] MakeAfterLane(int laneBytes)
    {
        uint[] after = new uint[sizeof(uint) * ByteValues];
        for (int bit = 0; bit < 8 * sizeof(uint); bit++)
        {
            uint state = 1U << bit;
            for (int at = 0; at < laneBytes; at += sizeof(ulong))
            {
                state = AppendWord(state, 0);
            }

            // Of each byte, every value that has the bit as its highest one is a lower value and that bit.
            Span<uint> values = after.AsSpan(bit / 8 * ByteValues, ByteValues);
            int high = 1 << (bit % 8);
            for (int lower = 0; lower < high; lower++)
            {
                values[high + lower] = values[lower] ^ state;
            }
        }

        return after;
    }
}
