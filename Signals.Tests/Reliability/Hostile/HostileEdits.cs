using System.Buffers.Binary;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>
/// Changes that claim much: each byte and each number of 2, 4 and 8 bytes, wherever it lies and in both orders of bytes, becomes 0, 1, the
/// greatest or negative; the input ends anywhere, or comes twice. Deterministic, by number. Pure.
/// </summary>
internal static class HostileEdits
{
    private static readonly ulong[] Bytes = [0x00, 0x01, 0x7F, 0x80, 0xFF];
    private static readonly ulong[] Shorts = [0, 1, 0x7FFF, 0x8000, 0xFFFF];
    private static readonly ulong[] Ints = [0, 1, 0x0010_0000, 0x3FFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];
    private static readonly ulong[] Longs = [0, 1, 0x7FFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, ulong.MaxValue];

    /// <summary>Edits of one place: all values of all widths, both orders, and an end.</summary>
    public static int PerPlace { get; } = Bytes.Length + (2 * (Shorts.Length + Ints.Length + Longs.Length)) + 1;

    /// <summary>A changed copy; null where the edit changes nothing or does not fit.</summary>
    public static byte[]? Make(ReadOnlySpan<byte> good, int at, int edit)
    {
        if (edit == PerPlace - 1)
        {
            return at == 0 ? [.. good, .. good] : [.. good[..at]];
        }

        (ulong value, int width, bool isBig) = Find(edit);
        if (at + width > good.Length)
        {
            return null;
        }

        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, value);
        number = number[..width];
        if (isBig)
        {
            number.Reverse();
        }

        if (good.Slice(at, width).SequenceEqual(number))
        {
            return null;
        }

        byte[] changed = [.. good];
        number.CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static (ulong Value, int Width, bool IsBig) Find(int edit)
    {
        if (edit < Bytes.Length)
        {
            return (Bytes[edit], 1, false);
        }

        edit -= Bytes.Length;
        bool isBig = (edit & 1) != 0;
        edit /= 2;
        return edit < Shorts.Length ? (Shorts[edit], 2, isBig)
            : edit - Shorts.Length < Ints.Length ? (Ints[edit - Shorts.Length], 4, isBig)
            : (Longs[edit - Shorts.Length - Ints.Length], 8, isBig);
    }
}
