using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Schema;
using Signals.Enrichment;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Entities;

/// <summary>
/// Writes an entity table file from rows in strictly ascending key order. The bytes depend only on the rows, the schema, the
/// version of the table and the block size.
/// </summary>
/// <remarks>
/// Thread contract: one thread. The key of a row is its time (high half) and id (low half). Does not own the file.
/// </remarks>
internal sealed class EntityFileWriter
{
    private readonly IFile _file;
    private readonly EntitySchema _schema;
    private readonly ulong _tableVersion;
    private readonly ulong _fileId;
    private readonly int _blockBytes;
    private readonly RowBuffer _rows;
    private readonly List<EntityBlockEntry> _blocks = [];
    private readonly ChunkDecision[] _decisions;
    private readonly uint _headerChecksum;
    private byte[] _encoded = [];
    private long _offset = EntityFormat.HeaderLength;
    private long _count;
    private int _pendingBytes;

    public EntityFileWriter(IFile file, EntitySchema schema, ulong tableVersion, int blockBytes)
    {
        _file = file;
        _schema = schema;
        _tableVersion = tableVersion;
        _fileId = EntityFormat.FileId(schema.Name, tableVersion);
        _blockBytes = blockBytes;
        _rows = new RowBuffer([.. schema.Columns.Select(c => c.Type)]);
        _decisions = new ChunkDecision[EntityFormat.FirstColumnChunk + schema.Columns.Count];
        _headerChecksum = WriteHeader();
    }

    public long Rows => _count;

    /// <summary>Appends a copy of a row. Its key must be greater than all keys before it.</summary>
    public void Append(RowBuffer source, int row)
    {
        int bytes = 2 * sizeof(ulong);
        foreach (ColumnBuffer column in source.Columns)
        {
            bytes += column.GetValue(row).Length;
        }

        if (_rows.Count > 0 && (_pendingBytes > _blockBytes - bytes || _rows.Count == EntityFormat.MaxBlockRows))
        {
            WriteBlock();
        }

        _rows.AppendRow(source, row);
        _pendingBytes += bytes;
        _count++;
    }

    /// <summary>Writes the last block, the footer and the tail.</summary>
    public void Finish()
    {
        (ulong lastHigh, ulong lastLow) = _rows.Count > 0 ? ((ulong)_rows.Times[^1], _rows.Ids[^1]) : (0, 0);
        if (_rows.Count > 0)
        {
            WriteBlock();
        }

        byte[] schema = SchemaSerializer.Write(_schema.Stored);
        byte[] footer = new byte[checked(
            EntityFormat.FooterFixedLength + schema.Length + (_blocks.Count * EntityFormat.BlockEntryLength))];
        BinaryPrimitives.WriteInt64LittleEndian(footer, _count);
        BinaryPrimitives.WriteInt32LittleEndian(footer.AsSpan(EntityFormat.FooterBlocksAt), _blocks.Count);
        BinaryPrimitives.WriteInt32LittleEndian(footer.AsSpan(EntityFormat.FooterSchemaLengthAt), schema.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(EntityFormat.FooterLastKeyAt), lastHigh);
        BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(EntityFormat.FooterLastKeyAt + sizeof(ulong)), lastLow);
        BinaryPrimitives.WriteUInt32LittleEndian(footer.AsSpan(EntityFormat.FooterHeaderChecksumAt), _headerChecksum);
        schema.CopyTo(footer.AsSpan(EntityFormat.FooterFixedLength));
        Span<byte> index = footer.AsSpan(EntityFormat.FooterFixedLength + schema.Length);
        foreach (EntityBlockEntry block in _blocks)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(index, block.FirstHigh);
            BinaryPrimitives.WriteUInt64LittleEndian(index[sizeof(ulong)..], block.FirstLow);
            BinaryPrimitives.WriteInt32LittleEndian(index[EntityFormat.BlockEntryRowsAt..], block.Rows);
            BinaryPrimitives.WriteInt32LittleEndian(index[EntityFormat.BlockEntryLengthAt..], block.Length);
            index = index[EntityFormat.BlockEntryLength..];
        }

        _file.Write(_offset, footer, Tail(footer));
    }

    private uint WriteHeader()
    {
        Span<byte> header = stackalloc byte[EntityFormat.HeaderLength];
        BinaryPrimitives.WriteUInt64LittleEndian(header, EntityFormat.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[EntityFormat.HeaderVersionAt..], EntityFormat.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[EntityFormat.HeaderFlagsAt..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(header[EntityFormat.HeaderFileIdAt..], _fileId);
        BinaryPrimitives.WriteUInt64LittleEndian(header[EntityFormat.HeaderTableVersionAt..], _tableVersion);
        _file.Write(0, header);
        return EntityFormat.Checksum(_fileId, 0, header);
    }

    private byte[] Tail(byte[] footer)
    {
        byte[] tail = new byte[EntityFormat.TailLength];
        BinaryPrimitives.WriteInt64LittleEndian(tail, _offset);
        BinaryPrimitives.WriteInt32LittleEndian(tail.AsSpan(EntityFormat.TailFooterLengthAt), footer.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(
            tail.AsSpan(EntityFormat.TailFooterChecksumAt), EntityFormat.Checksum(_fileId, _offset, footer));
        uint checksum = EntityFormat.Checksum(_fileId, _offset + footer.Length, tail.AsSpan(0, EntityFormat.TailChecksumAt));
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(EntityFormat.TailChecksumAt), checksum);
        BinaryPrimitives.WriteUInt64LittleEndian(tail.AsSpan(EntityFormat.TailMagicAt), EntityFormat.Magic);
        return tail;
    }

    private void WriteBlock()
    {
        int rows = _rows.Count;
        ReadOnlySpan<ulong> highs = MemoryMarshal.Cast<long, ulong>(_rows.Times);
        ReadOnlySpan<ulong> lows = _rows.Ids;
        _decisions[0] = ColumnChunkWriter.Plan(highs, ChunkGoal.Size);
        _decisions[1] = ColumnChunkWriter.Plan(lows, ChunkGoal.Size);
        for (int i = 0; i < _rows.Columns.Length; i++)
        {
            _decisions[EntityFormat.FirstColumnChunk + i] = ColumnChunkWriter.Plan(_rows.Columns[i], 0, rows, ChunkGoal.Size);
        }

        int length = EncodeBlock(highs, lows);
        BinaryPrimitives.WriteUInt32LittleEndian(
            _encoded.AsSpan(length), EntityFormat.Checksum(_fileId, _offset, _encoded.AsSpan(0, length)));
        length += EntityFormat.ChecksumLength;
        _file.Write(_offset, _encoded.AsSpan(0, length));
        _blocks.Add(new EntityBlockEntry((ulong)_rows.Times[0], _rows.Ids[0], _offset, length, rows));
        _offset += length;
        _rows.Clear();
        _pendingBytes = 0;
    }

    private int EncodeBlock(ReadOnlySpan<ulong> highs, ReadOnlySpan<ulong> lows)
    {
        long length = _decisions.Length * sizeof(uint);
        foreach (ChunkDecision decision in _decisions)
        {
            length += decision.Length;
        }

        if (length + EntityFormat.ChecksumLength > EntityFormat.MaxBlockLength)
        {
            throw new InvalidOperationException(
                $"A row of '{_schema.Name}' takes {length} bytes; at most {EntityFormat.MaxBlockLength} fit a block.");
        }

        if (_encoded.Length < length + EntityFormat.ChecksumLength)
        {
            _encoded = new byte[Math.Max((int)length + EntityFormat.ChecksumLength, 2 * _blockBytes)];
        }

        int at = _decisions.Length * sizeof(uint);
        for (int i = 0; i < _decisions.Length; i++)
        {
            ref readonly ChunkDecision decision = ref _decisions[i];
            BinaryPrimitives.WriteInt32LittleEndian(_encoded.AsSpan(i * sizeof(uint)), decision.Length);
            Span<byte> chunk = _encoded.AsSpan(at, decision.Length);
            at += i switch
            {
                0 => ColumnChunkWriter.Write(highs, decision, chunk),
                1 => ColumnChunkWriter.Write(lows, decision, chunk),
                _ => ColumnChunkWriter.Write(_rows.Columns[i - EntityFormat.FirstColumnChunk], decision, chunk),
            };
        }

        return at;
    }
}
