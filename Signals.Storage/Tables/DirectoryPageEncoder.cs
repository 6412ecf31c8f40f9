using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Packs users into a page. Of each field it stores only the difference from the least value of the page, in as many bits as the
/// largest difference needs. Thread contract: any thread; stateless.
/// </summary>
internal static class DirectoryPageEncoder
{
    /// <summary>Encodes a page, without its checksum.</summary>
    /// <param name="entries">From 1 to <see cref="DirectoryPageFormat.Users"/> users, ascending.</param>
    [MethodImpl(Compile.InFull)]
    public static byte[] Encode(ReadOnlySpan<DirectoryEntry> entries)
    {
        Span<byte> page = stackalloc byte[DirectoryPageFormat.MaxLength];
        return page[..Encode(entries, page)].ToArray();
    }

    /// <summary>Encodes a page, without its checksum, and returns its length.</summary>
    /// <param name="entries">From 1 to <see cref="DirectoryPageFormat.Users"/> users, ascending.</param>
    /// <param name="destination">At least <see cref="DirectoryPageFormat.MaxLength"/> bytes.</param>
    [MethodImpl(Compile.InFull)]
    public static int Encode(ReadOnlySpan<DirectoryEntry> entries, Span<byte> destination)
    {
        Span<ulong> bases = stackalloc ulong[DirectoryPageFormat.Fields];
        Span<int> widths = stackalloc int[DirectoryPageFormat.Fields];
        Measure(entries, bases, widths);
        int bits = 0;
        foreach (int width in widths)
        {
            bits += width;
        }

        Span<byte> page = destination[..DirectoryPageFormat.LengthOf(entries.Length, bits)];
        page.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(page, (ushort)entries.Length);
        for (int field = 0; field < DirectoryPageFormat.Fields; field++)
        {
            page[DirectoryPageFormat.WidthsAt + field] = (byte)widths[field];
        }

        BinaryPrimitives.WriteUInt64LittleEndian(page[DirectoryPageFormat.HighBaseAt..], bases[DirectoryPageFormat.High]);
        BinaryPrimitives.WriteUInt64LittleEndian(page[DirectoryPageFormat.LowBaseAt..], bases[DirectoryPageFormat.Low]);
        BinaryPrimitives.WriteUInt64LittleEndian(page[DirectoryPageFormat.NewestBaseAt..], bases[DirectoryPageFormat.Newest]);
        int at = 8 * DirectoryPageFormat.HeaderLength;
        ulong row = 0;
        foreach (ref readonly DirectoryEntry entry in entries)
        {
            for (int field = 0; field < DirectoryPageFormat.Fields; field++)
            {
                WriteBits(page, ref at, FieldOf(entry, row, field) - bases[field], widths[field]);
            }

            row += (ulong)entry.Count;
        }

        return page.Length;
    }

    [MethodImpl(Compile.InFull)]
    private static void Measure(ReadOnlySpan<DirectoryEntry> entries, Span<ulong> bases, Span<int> widths)
    {
        bases.Fill(ulong.MaxValue);
        bases[DirectoryPageFormat.Row] = bases[DirectoryPageFormat.Span] = 0;
        bases[DirectoryPageFormat.Newest] = (ulong)long.MaxValue;
        foreach (ref readonly DirectoryEntry entry in entries)
        {
            bases[DirectoryPageFormat.High] = Math.Min(bases[DirectoryPageFormat.High], entry.User.High);
            bases[DirectoryPageFormat.Low] = Math.Min(bases[DirectoryPageFormat.Low], entry.User.Low);
            bases[DirectoryPageFormat.Newest] = (ulong)Math.Min((long)bases[DirectoryPageFormat.Newest], entry.Newest);
        }

        ulong row = 0;
        foreach (ref readonly DirectoryEntry entry in entries)
        {
            for (int field = 0; field < DirectoryPageFormat.Fields; field++)
            {
                widths[field] = Math.Max(widths[field], 64 - BitOperations.LeadingZeroCount(FieldOf(entry, row, field) - bases[field]));
            }

            row += (ulong)entry.Count;
        }
    }

    [MethodImpl(Compile.InFull)]
    private static ulong FieldOf(in DirectoryEntry entry, ulong row, int field) => field switch
    {
        DirectoryPageFormat.High => entry.User.High,
        DirectoryPageFormat.Low => entry.User.Low,
        DirectoryPageFormat.Row => row,
        DirectoryPageFormat.Newest => (ulong)entry.Newest,
        _ => (ulong)entry.Newest - (ulong)entry.Oldest,
    };

    private static void WriteBits(Span<byte> page, ref int at, ulong value, int width)
    {
        for (int left = width; left > 0;)
        {
            int shift = at & 7;
            int taken = Math.Min(8 - shift, left);
            page[at >> 3] |= (byte)((value & ((1UL << taken) - 1)) << shift);
            value >>= taken;
            at += taken;
            left -= taken;
        }
    }
}
