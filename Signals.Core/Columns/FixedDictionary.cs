using System.Runtime.InteropServices;

namespace Signals.Core.Columns;

/// <summary>Decodes dictionary chunks of fixed rows. Pure; every code is checked against the entries.</summary>
internal static class FixedDictionary
{
    public static void Copy(in ColumnChunk chunk, int width, int firstRow, int rows, Span<byte> destination)
    {
        ReadOnlySpan<byte> entries = chunk.Entries(out int count);
        ReadOnlySpan<byte> codes = chunk.Payload.Slice(firstRow * chunk.UnitWidth, rows * chunk.UnitWidth);
        switch (width)
        {
            case 2:
                Copy(codes, chunk.UnitWidth, MemoryMarshal.Cast<byte, ushort>(entries), MemoryMarshal.Cast<byte, ushort>(destination));
                break;
            case 4:
                Copy(codes, chunk.UnitWidth, MemoryMarshal.Cast<byte, uint>(entries), MemoryMarshal.Cast<byte, uint>(destination));
                break;
            case 8:
                Copy(codes, chunk.UnitWidth, MemoryMarshal.Cast<byte, ulong>(entries), MemoryMarshal.Cast<byte, ulong>(destination));
                break;
            default:
                for (int i = 0; i < rows; i++)
                {
                    int code = (int)LittleEndian.Read(codes[(i * chunk.UnitWidth)..], chunk.UnitWidth);
                    ColumnChunk.RequireCode(code, count);
                    entries.Slice(code * width, width).CopyTo(destination[(i * width)..]);
                }

                break;
        }
    }

    private static void Copy<T>(ReadOnlySpan<byte> codes, int unit, ReadOnlySpan<T> entries, Span<T> destination)
        where T : unmanaged
    {
        if (unit == 1)
        {
            for (int i = 0; i < codes.Length && i < destination.Length; i++)
            {
                destination[i] = codes[i] < entries.Length ? entries[codes[i]] : throw Missing(codes[i], entries.Length);
            }

            return;
        }

        ReadOnlySpan<ushort> wide = MemoryMarshal.Cast<byte, ushort>(codes);
        for (int i = 0; i < wide.Length && i < destination.Length; i++)
        {
            destination[i] = wide[i] < entries.Length ? entries[wide[i]] : throw Missing(wide[i], entries.Length);
        }
    }

    private static InvalidDataException Missing(int code, int entries) =>
        ColumnChunk.Damaged($"code {code} in a dictionary of {entries} entries");
}
