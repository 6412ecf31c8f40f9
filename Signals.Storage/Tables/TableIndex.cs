using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// The index of the blocks: where the rows and chunks of each block are. It stays in memory. Thread contract: immutable; any
/// thread. Invariants: blocks are stored without gaps and fill the blocks section; every block has 1 to 65,536 rows; a block is
/// smaller than 2 GiB.
/// </summary>
internal sealed class TableIndex
{
    private readonly int _chunks;
    private readonly int[] _firstRows;
    private readonly long[] _offsets;
    private readonly uint[] _entries;
    private readonly int[] _pages;
    private readonly int _pageShift;

    private TableIndex(int blocks, int chunks, int rows)
    {
        _chunks = chunks;
        _firstRows = new int[blocks + 1];
        _offsets = new long[blocks + 1];
        _entries = new uint[blocks * chunks];
        _pageShift = BitOperations.Log2((uint)Math.Max(1, rows / blocks));
        _pages = new int[((rows - 1) >> _pageShift) + 1];
    }

    /// <summary>The number of blocks of the table.</summary>
    public int Blocks => _firstRows.Length - 1;

    /// <summary>Bytes of memory.</summary>
    public long ResidentBytes =>
        sizeof(int) * (_firstRows.Length + _entries.Length + (long)_pages.Length) + sizeof(long) * _offsets.Length;

    /// <summary>Parses the index section. Its checksum was verified before.</summary>
    /// <exception cref="CorruptionException">The numbers of the index contradict the footer.</exception>
    [MethodImpl(Compile.InFull)]
    public static TableIndex Parse(TableFile file, TableFooter footer, TableLayout layout, ReadOnlySpan<byte> bytes)
    {
        TableSection section = footer.Section(TableFormat.IndexSection);
        TableSection data = footer.Section(TableFormat.BlocksSection);
        int chunks = layout.Positions;
        int entryLength = sizeof(uint) * (1 + chunks);
        uint blocks = bytes.Length < 8 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (blocks == 0 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != chunks
            || (bytes.Length - 8) % entryLength != 0 || (bytes.Length - 8) / entryLength != blocks || blocks > footer.Rows)
        {
            throw file.Corrupt(section.Offset, $"the index of {bytes.Length} bytes does not hold {blocks} blocks of {chunks} chunks");
        }

        TableIndex index = new((int)blocks, chunks, footer.Rows);
        long row = 0;
        long offset = data.Offset;
        ReadOnlySpan<byte> rest = bytes[8..];
        for (int block = 0; block < blocks; block++, rest = rest[entryLength..])
        {
            index._firstRows[block] = (int)row;
            index._offsets[block] = offset;
            uint rows = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            row += rows;
            long length = index.ReadEntries(block, rest[sizeof(uint)..]);
            offset += length;
            if (rows is 0 or > TableFormat.MaxBlockRows || row > footer.Rows
                || length > Array.MaxLength || offset > data.Offset + data.Length)
            {
                throw file.Corrupt(
                    section.Offset, $"block {block} is not valid or exceeds the table: it has {rows} rows in {length} bytes");
            }
        }

        if (row != footer.Rows || offset != data.Offset + data.Length)
        {
            throw file.Corrupt(
                section.Offset,
                $"the blocks of the index hold {row} rows and end at {offset}; the footer says {footer.Rows} rows and the end "
                + $"{data.Offset + data.Length}");
        }

        index._firstRows[blocks] = (int)row;
        index._offsets[blocks] = offset;
        index.FillPages();
        return index;
    }

    /// <summary>The table-wide number of a block's first row.</summary>
    public int FirstRow(int block) => _firstRows[block];

    /// <summary>The number of rows of a block.</summary>
    public int Rows(int block) => _firstRows[block + 1] - _firstRows[block];

    /// <summary>The offset of a block in the table.</summary>
    public long Offset(int block) => _offsets[block];

    /// <summary>Where a block lies.</summary>
    public BlockPlace Place(int block) => new(_offsets[block], (int)(_offsets[block + 1] - _offsets[block]), _offsets[^1]);

    /// <summary>Bytes on disk of the chunk at a position of a block, including its checksum; 0 when it is not stored.</summary>
    public int ChunkLength(int block, int position) => (int)(_entries[block * _chunks + position] & TableFormat.ChunkLengthMask);

    /// <summary>How the payload of that chunk is stored on disk.</summary>
    public ChunkCodec Codec(int block, int position) =>
        (ChunkCodec)(_entries[block * _chunks + position] >> TableFormat.ChunkCodecShift);

    /// <summary>
    /// The block that holds a row. A page table leads to the first candidate, and a few steps lead from there to the block.
    /// </summary>
    public int FindBlock(long row)
    {
        int[] firstRows = _firstRows;
        int block = _pages[(int)(row >> _pageShift)];
        while (firstRows[block + 1] <= row)
        {
            block++;
        }

        return block;
    }

    [MethodImpl(Compile.InFull)]
    private long ReadEntries(int block, ReadOnlySpan<byte> bytes)
    {
        long length = 0;
        for (int i = 0; i < _chunks; i++)
        {
            uint entry = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * sizeof(uint))..]);
            _entries[block * _chunks + i] = entry;
            length += entry & TableFormat.ChunkLengthMask;
        }

        return length;
    }

    private void FillPages()
    {
        int block = 0;
        for (int page = 0; page < _pages.Length; page++)
        {
            while (_firstRows[block + 1] <= (long)page << _pageShift)
            {
                block++;
            }

            _pages[page] = block;
        }
    }
}
