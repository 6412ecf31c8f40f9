using System.Buffers.Binary;

namespace Signals.Core.Columns;

/// <summary>
/// Reads and writes unsigned numbers of 1, 2 or 4 bytes, least significant byte first. Pure; the spans check bounds.
/// </summary>
internal static class LittleEndian
{
    public static uint Read(ReadOnlySpan<byte> source, int width) => width switch
    {
        1 => source[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(source),
        _ => BinaryPrimitives.ReadUInt32LittleEndian(source),
    };

    public static void Write(Span<byte> destination, int width, uint value)
    {
        switch (width)
        {
            case 1: destination[0] = (byte)value; break;
            case 2: BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)value); break;
            default: BinaryPrimitives.WriteUInt32LittleEndian(destination, value); break;
        }
    }
}
