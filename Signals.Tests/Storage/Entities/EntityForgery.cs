using System.Buffers.Binary;
using Signals.Storage.Entities;

namespace Signals.Tests.Storage.Entities;

/// <summary>Changes bytes of an entity table file and makes every checksum right again, as someone who wants to do harm would.</summary>
internal static class EntityForgery
{
    private static readonly ulong[] Absurd = [0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, long.MaxValue, ulong.MaxValue];

    public static void Mutate(byte[] file, Random random)
    {
        (int footer, int footerLength, List<(int Offset, int Length)> blocks) = Parts(file);
        (int start, int length) = random.Next(3) == 0 ? blocks[random.Next(blocks.Count)] : (footer, footerLength);
        int at = start + random.Next(length - 8);
        if (random.Next(2) == 0)
        {
            file[at] = (byte)random.Next(256);
        }
        else
        {
            int width = 4 << random.Next(2);
            at = start + ((at - start) & ~3);
            Span<byte> value = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(value, Absurd[random.Next(Absurd.Length)]);
            value[..width].CopyTo(file.AsSpan(at));
        }

        Seal(file, footer, footerLength, blocks);
    }

    private static (int Footer, int FooterLength, List<(int Offset, int Length)> Blocks) Parts(byte[] file)
    {
        ReadOnlySpan<byte> tail = file.AsSpan(file.Length - EntityFormat.TailLength);
        int footer = (int)BinaryPrimitives.ReadInt64LittleEndian(tail);
        int footerLength = BinaryPrimitives.ReadInt32LittleEndian(tail[EntityFormat.TailFooterLengthAt..]);
        int count = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(footer + EntityFormat.FooterBlocksAt));
        int schema = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(footer + EntityFormat.FooterSchemaLengthAt));
        List<(int Offset, int Length)> blocks = [];
        int offset = EntityFormat.HeaderLength;
        for (int i = 0; i < count; i++)
        {
            int entry = footer + EntityFormat.FooterFixedLength + schema + (i * EntityFormat.BlockEntryLength);
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(entry + EntityFormat.BlockEntryLengthAt));
            blocks.Add((offset, length));
            offset += length;
        }

        return (footer, footerLength, blocks);
    }

    private static void Seal(byte[] file, int footer, int footerLength, List<(int Offset, int Length)> blocks)
    {
        ulong id = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(EntityFormat.HeaderFileIdAt));
        foreach ((int offset, int length) in blocks)
        {
            int content = length - EntityFormat.ChecksumLength;
            BinaryPrimitives.WriteUInt32LittleEndian(
                file.AsSpan(offset + content), EntityFormat.Checksum(id, offset, file.AsSpan(offset, content)));
        }

        Span<byte> tail = file.AsSpan(file.Length - EntityFormat.TailLength);
        BinaryPrimitives.WriteUInt32LittleEndian(
            tail[EntityFormat.TailFooterChecksumAt..], EntityFormat.Checksum(id, footer, file.AsSpan(footer, footerLength)));
        BinaryPrimitives.WriteUInt32LittleEndian(
            tail[EntityFormat.TailChecksumAt..],
            EntityFormat.Checksum(id, file.Length - EntityFormat.TailLength, tail[..EntityFormat.TailChecksumAt]));
    }
}
