using System.Buffers.Binary;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>Changes a sample's file and makes every checksum, and the manifest's knowledge, right again.</summary>
internal sealed class TableForgery
{
    private readonly TableSample _sample;
    private readonly List<(int Offset, int Length)> _chunks = [];
    private readonly (int Offset, int Length)[] _sections;
    private byte[] _file;
    private int _footerAt;

    public TableForgery(TableSample sample)
    {
        _sample = sample;
        _file = sample.Files[TableSample.Path];
        _footerAt = (int)BinaryPrimitives.ReadInt64LittleEndian(_file.AsSpan(_file.Length - TableFormat.TailLength));
        _sections = new (int, int)[BinaryPrimitives.ReadInt32LittleEndian(_file.AsSpan(_footerAt + 60))];
        for (int i = 0; i < _sections.Length; i++)
        {
            Span<byte> entry = Entry(i);
            _sections[i] = (BinaryPrimitives.ReadInt32LittleEndian(entry[8..]), BinaryPrimitives.ReadInt32LittleEndian(entry[16..]));
        }

        FindChunks();
    }

    /// <summary>Where the footer starts.</summary>
    public int FooterAt => _footerAt;

    /// <summary>Where the directory starts.</summary>
    public int DirectoryAt => SectionOf(TableFormat.DirectorySection).Offset;

    /// <summary>Where the last chunk starts, and whether it is compressed.</summary>
    public (int Offset, bool Compressed) LastChunk
    {
        get
        {
            (int offset, int length) = SectionOf(TableFormat.IndexSection);
            return (_chunks[^1].Offset, _file[offset + length - 1] >> 6 == (int)ChunkCodec.Lz4);
        }
    }

    /// <summary>Overwrites a number of the file.</summary>
    public void Put(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(_file.AsSpan(at), value);

    /// <summary>Overwrites a few bytes of a chunk, the directory, the index or the footer, often with extreme numbers.</summary>
    public void Mutate(Random random)
    {
        (int offset, int length) = random.Next(5) switch
        {
            0 => SectionOf(TableFormat.DirectorySection),
            1 => SectionOf(TableFormat.IndexSection),
            2 => (_footerAt, _file.Length - _footerAt),
            _ => _chunks[random.Next(_chunks.Count)],
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

    /// <summary>Adds a section behind the others.</summary>
    public void AddSection(ushort tag, ushort flags, byte[] bytes)
    {
        byte[] entry = new byte[TableFormat.SectionEntryLength];
        BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(2), flags);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(8), _footerAt);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(16), bytes.Length);
        int tailAt = _file.Length - TableFormat.TailLength;
        _file = [.. _file[.._footerAt], .. bytes, .. _file[_footerAt..tailAt], .. entry, .. _file[tailAt..]];
        _footerAt += bytes.Length;
        tailAt += bytes.Length + entry.Length;
        BinaryPrimitives.WriteInt32LittleEndian(_file.AsSpan(_footerAt + 60), _sections.Length + 1);
        BinaryPrimitives.WriteInt64LittleEndian(_file.AsSpan(tailAt), _footerAt);
        BinaryPrimitives.WriteInt32LittleEndian(_file.AsSpan(tailAt + 8), tailAt - _footerAt);
        Seal();
    }

    /// <summary>Computes every checksum again and publishes the file.</summary>
    public void Seal()
    {
        foreach ((int offset, int length) in _chunks)
        {
            int payload = length - TableFormat.ChecksumLength;
            WriteChecksum(offset, payload, _file.AsSpan(offset + payload));
        }

        for (int i = 0; i < _sections.Length; i++)
        {
            WriteChecksum(_sections[i].Offset, _sections[i].Length, Entry(i)[4..]);
        }

        int tailAt = _file.Length - TableFormat.TailLength;
        Span<byte> checksum = _file.AsSpan(tailAt + TableFormat.TailChecksumAt);
        WriteChecksum(_footerAt, tailAt + TableFormat.TailChecksumAt - _footerAt, checksum);
        ReadOnlySpan<byte> footer = _file.AsSpan(_footerAt);
        _sample.Files[TableSample.Path] = _file;
        _sample.Meta = _sample.Meta with
        {
            FileLength = _file.Length,
            FileChecksum = BinaryPrimitives.ReadUInt32LittleEndian(checksum),
            Users = BinaryPrimitives.ReadInt32LittleEndian(footer[12..]),
            Rows = BinaryPrimitives.ReadInt64LittleEndian(footer[16..]),
            MinTime = BinaryPrimitives.ReadInt64LittleEndian(footer[32..]),
            MaxTime = BinaryPrimitives.ReadInt64LittleEndian(footer[40..]),
        };
    }

    private void FindChunks()
    {
        int at = _sections[0].Offset;
        ReadOnlySpan<byte> index = _file.AsSpan(SectionOf(TableFormat.IndexSection).Offset, SectionOf(TableFormat.IndexSection).Length);
        int chunks = BinaryPrimitives.ReadInt32LittleEndian(index[4..]);
        for (int i = 0; i < (index.Length - 8) / sizeof(uint); i++)
        {
            int length = (int)(BinaryPrimitives.ReadUInt32LittleEndian(index[(8 + i * sizeof(uint))..]) & TableFormat.ChunkLengthMask);
            if (i % (1 + chunks) != 0 && length > 0)
            {
                _chunks.Add((at, length));
                at += length;
            }
        }
    }

    private (int Offset, int Length) SectionOf(ushort tag) =>
        _sections[Enumerable.Range(0, _sections.Length).First(i => BinaryPrimitives.ReadUInt16LittleEndian(Entry(i)) == tag)];

    private Span<byte> Entry(int section) =>
        _file.AsSpan(_footerAt + TableFormat.FooterFixedLength + section * TableFormat.SectionEntryLength);

    private void WriteChecksum(int offset, int length, Span<byte> to) => BinaryPrimitives.WriteUInt32LittleEndian(
        to, TableFormat.Checksum(TableSample.Number, offset, _file.AsSpan(offset, length)));
}
