using System.Buffers.Binary;

namespace Signals.Core.Columns;

/// <summary>Packs column states to two bits per row, row i at bits <c>2 * (i % 4)</c> of byte <c>i / 4</c>. Pure.</summary>
internal static class StateBits
{
    private const uint LowBits = 0x0303_0303;

    public static void Pack(ReadOnlySpan<byte> states, Span<byte> packed)
    {
        int whole = states.Length / 4;
        for (int i = 0; i < whole; i++)
        {
            uint four = BinaryPrimitives.ReadUInt32LittleEndian(states[(4 * i)..]);
            packed[i] = (byte)(four | (four >> 6) | (four >> 12) | (four >> 18));
        }

        if (whole * 4 < states.Length)
        {
            int last = 0;
            for (int row = whole * 4; row < states.Length; row++)
            {
                last |= states[row] << (2 * (row & 3));
            }

            packed[whole] = (byte)last;
        }
    }

    public static byte Get(ReadOnlySpan<byte> packed, int row) => (byte)((packed[row >> 2] >> (2 * (row & 3))) & 3);

    public static void Unpack(ReadOnlySpan<byte> packed, int firstRow, Span<byte> states)
    {
        int i = 0;
        for (; i < states.Length && ((firstRow + i) & 3) != 0; i++)
        {
            states[i] = Get(packed, firstRow + i);
        }

        for (; i + 4 <= states.Length; i += 4)
        {
            uint four = packed[(firstRow + i) >> 2];
            four = (four | (four << 6) | (four << 12) | (four << 18)) & LowBits;
            BinaryPrimitives.WriteUInt32LittleEndian(states[i..], four);
        }

        for (; i < states.Length; i++)
        {
            states[i] = Get(packed, firstRow + i);
        }
    }
}
