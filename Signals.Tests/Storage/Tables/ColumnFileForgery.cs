using System.Buffers.Binary;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>Changes numbers of a column file's columns, index or footer and makes the checksums over them right again.</summary>
internal sealed class ColumnFileForgery
{
    private readonly byte[] _file;
    private readonly ulong _number;
    private readonly int _footerAt;
    private readonly int _tailAt;

    public ColumnFileForgery(byte[] file, ulong number)
    {
        _file = file;
        _number = number;
        _tailAt = file.Length - TableFormat.TailLength;
        _footerAt = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(_tailAt));
    }

    /// <summary>Overwrites a few bytes, often with extreme numbers.</summary>
    public void Mutate(Random random)
    {
        (int offset, int length) = random.Next(4) switch
        {
            0 => Section(1),
            1 => (_footerAt, ColumnFileFormat.FooterFixedLength),
            _ => Section(2),
        };
        int edits = random.Next(1, 4);
        for (int i = 0; i < edits; i++)
        {
            Span<byte> at = _file.AsSpan(offset + random.Next(length));
            if (random.Next(2) == 0 || at.Length < sizeof(uint))
            {
                at[0] = (byte)random.Next(256);
            }
            else
            {
                uint[] extremes = [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x3FFF_FFFF, (uint)random.Next()];
                BinaryPrimitives.WriteUInt32LittleEndian(at, extremes[random.Next(extremes.Length)]);
            }
        }
    }

    /// <summary>The file with right checksums of its sections and tail.</summary>
    public byte[] Seal(out uint checksum)
    {
        for (int i = 0; i < 3; i++)
        {
            (int offset, int length) = Section(i);
            WriteChecksum(offset, length, Entry(i)[4..]);
        }

        Span<byte> tail = _file.AsSpan(_tailAt + TableFormat.TailChecksumAt);
        WriteChecksum(_footerAt, _tailAt + TableFormat.TailChecksumAt - _footerAt, tail);
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        return _file;
    }

    private (int Offset, int Length) Section(int index) =>
        (BinaryPrimitives.ReadInt32LittleEndian(Entry(index)[8..]), BinaryPrimitives.ReadInt32LittleEndian(Entry(index)[16..]));

    private Span<byte> Entry(int section) =>
        _file.AsSpan(_footerAt + ColumnFileFormat.FooterFixedLength + section * TableFormat.SectionEntryLength);

    private void WriteChecksum(int offset, int length, Span<byte> to) => BinaryPrimitives.WriteUInt32LittleEndian(
        to, TableFormat.Checksum(_number, offset, _file.AsSpan(offset, length)));
}
