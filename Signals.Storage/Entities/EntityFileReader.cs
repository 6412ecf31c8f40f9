using System.Buffers.Binary;
using Signals.Core.Schema;
using Signals.Enrichment;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Entities;

/// <summary>
/// Reads and checks the header, footer and index of an entity table file, and reads its blocks one by one. Every length is
/// compared with the length of the file before memory is allocated for it.
/// </summary>
/// <remarks>Thread contract: any thread. Owns the file once <see cref="Open"/> has returned.</remarks>
internal sealed class EntityFileReader : IDisposable
{
    private readonly IFile _file;

    private EntityFileReader(IFile file)
    {
        _file = file;
        Length = file.Length;
    }

    public long Length { get; }

    public string Path => _file.Path;

    public EntitySchema Schema { get; private set; } = null!;

    public ulong TableVersion { get; private set; }

    public ulong FileId { get; private set; }

    public long Rows { get; private set; }

    public EntityBlockEntry[] Blocks { get; private set; } = [];

    public ulong LastHigh { get; private set; }

    public ulong LastLow { get; private set; }

    /// <summary>Opens a file. After an error the file still belongs to the caller.</summary>
    /// <exception cref="CorruptionException">The file is not an entity table, has a newer format, or is damaged.</exception>
    public static EntityFileReader Open(IFile file)
    {
        EntityFileReader reader = new(file);
        uint headerChecksum = reader.ReadHeader();
        reader.ReadFooter(headerChecksum);
        return reader;
    }

    /// <summary>Reads and checks a block.</summary>
    /// <exception cref="CorruptionException">The block is damaged.</exception>
    public EntityBlock ReadBlock(int index)
    {
        EntityBlockEntry entry = Blocks[index];
        byte[] stored = GC.AllocateUninitializedArray<byte>(entry.Length);
        ReadExactly(entry.Offset, stored);
        int length = entry.Length - EntityFormat.ChecksumLength;
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(stored.AsSpan(length));
        RequireChecksum(entry.Offset, stored.AsSpan(0, length), expected);
        try
        {
            EntityBlock block = EntityBlock.Open(Schema.Row, stored[..length], entry.Rows);
            bool isFirst = block.HighOf(0) == entry.FirstHigh && block.LowOf(0) == entry.FirstLow;
            return isFirst && EndsInPlace(block, index)
                ? block
                : throw Corrupt(entry.Offset, $"the keys of block {index} are not those that the index says");
        }
        catch (InvalidDataException error)
        {
            throw Corrupt(entry.Offset, error.Message, error);
        }
    }

    public void Dispose() => _file.Dispose();

    private bool EndsInPlace(EntityBlock block, int index)
    {
        ulong high = block.HighOf(block.Rows - 1);
        ulong low = block.LowOf(block.Rows - 1);
        return index + 1 < Blocks.Length
            ? EntityKey.Compare(high, low, Blocks[index + 1].FirstHigh, Blocks[index + 1].FirstLow) < 0
            : high == LastHigh && low == LastLow;
    }

    private uint ReadHeader()
    {
        if (Length < EntityFormat.HeaderLength + EntityFormat.FooterFixedLength + EntityFormat.TailLength)
        {
            throw Corrupt(0, $"the file has {Length} bytes, too few for an entity table");
        }

        Span<byte> header = stackalloc byte[EntityFormat.HeaderLength];
        ReadExactly(0, header);
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != EntityFormat.Magic)
        {
            throw Corrupt(0, "the file does not begin like an entity table");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[EntityFormat.HeaderVersionAt..]);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(header[EntityFormat.HeaderFlagsAt..]);
        if (version != EntityFormat.Version || flags != 0)
        {
            throw Corrupt(
                EntityFormat.HeaderVersionAt,
                $"format version {version} with flags {flags:x}; this version of Signals reads version {EntityFormat.Version} "
                + "without flags");
        }

        FileId = BinaryPrimitives.ReadUInt64LittleEndian(header[EntityFormat.HeaderFileIdAt..]);
        TableVersion = BinaryPrimitives.ReadUInt64LittleEndian(header[EntityFormat.HeaderTableVersionAt..]);
        return EntityFormat.Checksum(FileId, 0, header);
    }

    private void ReadFooter(uint headerChecksum)
    {
        long tailAt = Length - EntityFormat.TailLength;
        Span<byte> tail = stackalloc byte[EntityFormat.TailLength];
        ReadExactly(tailAt, tail);
        if (BinaryPrimitives.ReadUInt64LittleEndian(tail[EntityFormat.TailMagicAt..]) != EntityFormat.Magic)
        {
            throw Corrupt(tailAt, "the file does not end like an entity table; check that it was copied completely");
        }

        RequireChecksum(
            tailAt, tail[..EntityFormat.TailChecksumAt], BinaryPrimitives.ReadUInt32LittleEndian(tail[EntityFormat.TailChecksumAt..]));
        long footerAt = BinaryPrimitives.ReadInt64LittleEndian(tail);
        uint footerLength = BinaryPrimitives.ReadUInt32LittleEndian(tail[EntityFormat.TailFooterLengthAt..]);
        if (footerAt < EntityFormat.HeaderLength || footerLength < EntityFormat.FooterFixedLength || footerLength > Array.MaxLength
            || footerAt != tailAt - footerLength
            || BinaryPrimitives.ReadUInt32LittleEndian(tail[EntityFormat.TailReservedAt..]) != 0)
        {
            throw Corrupt(
                tailAt, $"the tail names a footer of {footerLength} bytes at {footerAt}, which does not fit a file of {Length} bytes");
        }

        byte[] footer = GC.AllocateUninitializedArray<byte>((int)footerLength);
        ReadExactly(footerAt, footer);
        RequireChecksum(footerAt, footer, BinaryPrimitives.ReadUInt32LittleEndian(tail[EntityFormat.TailFooterChecksumAt..]));
        if (BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(EntityFormat.FooterHeaderChecksumAt)) != headerChecksum
            || BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(EntityFormat.FooterReservedAt)) != 0)
        {
            throw Corrupt(0, "the footer was written for another header");
        }

        ReadSchema(footer, footerAt);
        ReadIndex(footer, footerAt);
    }

    private void ReadSchema(byte[] footer, long footerAt)
    {
        uint schemaLength = BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(EntityFormat.FooterSchemaLengthAt));
        if (schemaLength > footer.Length - EntityFormat.FooterFixedLength)
        {
            throw Corrupt(footerAt, $"the schema has {schemaLength} bytes and does not fit the footer of {footer.Length} bytes");
        }

        try
        {
            StoreSchema stored = SchemaSerializer.Read(footer.AsMemory(EntityFormat.FooterFixedLength, (int)schemaLength));
            Schema = new EntitySchema(stored);
        }
        catch (Exception error) when (error is InvalidDataException or SchemaMismatchException)
        {
            throw Corrupt(footerAt + EntityFormat.FooterFixedLength, error.Message, error);
        }

        if (Schema.Stored.EventTypes.Count != 1 || EntityFormat.FileId(Schema.Name, TableVersion) != FileId)
        {
            throw Corrupt(
                footerAt + EntityFormat.FooterFixedLength,
                $"the file does not hold exactly version {TableVersion} of the table '{Schema.Name}'");
        }
    }

    private void ReadIndex(byte[] footer, long footerAt)
    {
        ReadOnlySpan<byte> fixedPart = footer;
        long rows = BinaryPrimitives.ReadInt64LittleEndian(fixedPart);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[EntityFormat.FooterBlocksAt..]);
        LastHigh = BinaryPrimitives.ReadUInt64LittleEndian(fixedPart[EntityFormat.FooterLastKeyAt..]);
        LastLow = BinaryPrimitives.ReadUInt64LittleEndian(fixedPart[(EntityFormat.FooterLastKeyAt + sizeof(ulong))..]);
        int schemaLength = (int)BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[EntityFormat.FooterSchemaLengthAt..]);
        ReadOnlySpan<byte> index = fixedPart[(EntityFormat.FooterFixedLength + schemaLength)..];
        if (index.Length != (long)count * EntityFormat.BlockEntryLength)
        {
            throw Corrupt(
                footerAt,
                $"the index has {index.Length} bytes, expected {(long)count * EntityFormat.BlockEntryLength} for {count} blocks");
        }

        Blocks = new EntityBlockEntry[count];
        long offset = EntityFormat.HeaderLength;
        for (int i = 0; i < Blocks.Length; i++)
        {
            ReadOnlySpan<byte> entry = index.Slice(i * EntityFormat.BlockEntryLength, EntityFormat.BlockEntryLength);
            ulong high = BinaryPrimitives.ReadUInt64LittleEndian(entry);
            ulong low = BinaryPrimitives.ReadUInt64LittleEndian(entry[sizeof(ulong)..]);
            uint blockRows = BinaryPrimitives.ReadUInt32LittleEndian(entry[EntityFormat.BlockEntryRowsAt..]);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(entry[EntityFormat.BlockEntryLengthAt..]);
            bool ascends = i == 0 || EntityKey.Compare(Blocks[i - 1].FirstHigh, Blocks[i - 1].FirstLow, high, low) < 0;
            if (!ascends
                || blockRows is 0 or > EntityFormat.MaxBlockRows
                || length is <= EntityFormat.ChecksumLength or > EntityFormat.MaxBlockLength
                || length > footerAt - offset)
            {
                throw Corrupt(
                    footerAt, $"block {i} has {blockRows} rows in {length} bytes at {offset}, or its first key is out of order");
            }

            Blocks[i] = new EntityBlockEntry(high, low, offset, (int)length, (int)blockRows);
            offset += length;
            Rows += blockRows;
        }

        if (offset != footerAt || Rows != rows)
        {
            throw Corrupt(footerAt, $"the blocks end at {offset} with {Rows} rows; the footer begins at {footerAt} and says {rows} rows");
        }
    }

    private void ReadExactly(long offset, Span<byte> destination)
    {
        int read = _file.Read(offset, destination);
        if (read != destination.Length)
        {
            throw Corrupt(offset, $"the file ends after {read} of {destination.Length} bytes");
        }
    }

    private void RequireChecksum(long offset, ReadOnlySpan<byte> bytes, uint expected)
    {
        uint found = EntityFormat.Checksum(FileId, offset, bytes);
        if (found != expected)
        {
            throw Corrupt(offset, $"the checksum of {bytes.Length} bytes is {found:x8}, expected {expected:x8}");
        }
    }

    private CorruptionException Corrupt(long offset, string message, Exception? inner = null) => new(Path, offset, message, inner);
}
