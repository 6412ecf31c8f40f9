using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Tables;

/// <summary>
/// Writes one column file. Blocks come in ascending order, each with the columns that it replaces. A column that no block
/// replaces is not in the file. <see cref="Finish"/> makes the file durable; the caller syncs the directory. When the writer is
/// disposed without that, the partial file is deleted. Thread contract: one thread. It holds only the index and an output buffer
/// in memory.
/// </summary>
internal sealed class ColumnFileWriter : IDisposable
{
    private readonly IFileSystem _fileSystem;
    private readonly string _path;
    private readonly ulong _number;
    private readonly ColumnFileBase _table;
    private readonly ushort[] _columns;
    private readonly ColumnType[] _types;
    private readonly OwnedMemory _memory = new();
    private readonly ChunkEncoder _encoder;
    private readonly int _chunks;
    private readonly bool[] _used;
    private readonly IFile _file;
    private readonly TableOutput _output;
    private readonly List<uint> _index = [];
    private readonly int _entryLength;
    private int _blocks;
    private long _lastBlock = -1;
    private bool _finished;

    /// <summary>Creates the file.</summary>
    /// <param name="fileSystem">The file system of the file.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="number">The number of the file.</param>
    /// <param name="table">The table that the file belongs to.</param>
    /// <param name="columns">Ids of the columns that may be replaced, ascending.</param>
    /// <param name="types">The types of these columns.</param>
    /// <param name="options">How chunks are encoded.</param>
    public ColumnFileWriter(
        IFileSystem fileSystem,
        string path,
        ulong number,
        in ColumnFileBase table,
        ushort[] columns,
        ColumnType[] types,
        TableOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfZero(columns.Length);
        _fileSystem = fileSystem;
        _path = path;
        _number = number;
        _table = table;
        _columns = columns;
        _types = types;
        _used = new bool[columns.Length];
        _entryLength = 2 + columns.Length * ColumnFileFormat.ChunksPerColumn;
        _chunks = columns.Length * ColumnFileFormat.ChunksPerColumn;
        _encoder = new ChunkEncoder(_chunks, number, options, _memory);
        _file = fileSystem.Open(path, FileOpenMode.CreateNew);
        _output = new TableOutput(_file, 0, number, _memory);
        _output.Append(ColumnFileFormat.Envelope.EncodeHeader(number, criticalFlags: 0));
        _output.BeginSection();
    }

    /// <summary>Bytes written so far.</summary>
    public long Length => _output.Offset;

    /// <summary>Begins the next block. Its replaced columns follow in order, through <see cref="Replace"/>.</summary>
    [MethodImpl(Compile.InFull)]
    public void BeginBlock(int block, int rows)
    {
        if (block <= _lastBlock || block >= _table.Blocks || rows < 1)
        {
            throw new InvalidOperationException(
                $"Block {block} with {rows} rows cannot follow block {_lastBlock}; the table has {_table.Blocks} blocks.");
        }

        _lastBlock = block;
        _blocks++;
        _encoder.BeginBlock();
        _index.Add((uint)block);
        _index.Add((uint)rows);
        CollectionsMarshal.SetCount(_index, _index.Count + _chunks);
        CollectionsMarshal.AsSpan(_index)[^_chunks..].Clear();
    }

    /// <summary>Replaces a column in the current block.</summary>
    /// <param name="position">The position of the column among those of the file; ascending within a block.</param>
    /// <param name="cells">One row for each row of the block. At least one is not absent.</param>
    /// <param name="stamps">
    /// The stamps of the cells, UInt64, one value for each row. The stamp of an absent cell is meaningless.
    /// </param>
    [MethodImpl(Compile.InFull)]
    public void Replace(int position, ColumnBuffer cells, ColumnBuffer stamps)
    {
        Span<uint> entries = CollectionsMarshal.AsSpan(_index)[^_chunks..];
        if (entries[(2 * position)..].ContainsAnyExcept(0u) || cells.Count != _index[^(_chunks + 1)] || stamps.Count != cells.Count)
        {
            throw new InvalidOperationException(
                $"Column {_columns[position]} with {cells.Count} cells and {stamps.Count} stamps does not fit the block.");
        }

        entries[2 * position] = _encoder.Append(2 * position, cells, _output);
        if (entries[2 * position] == 0)
        {
            throw new ArgumentException(
                $"Column {_columns[position]} is absent from the whole block; there is nothing to replace.", nameof(cells));
        }

        entries[2 * position + 1] = _encoder.Append(2 * position + 1, stamps, _output);
        _used[position] = true;
    }

    /// <summary>Writes columns, index and footer, syncs and closes the file.</summary>
    /// <exception cref="InvalidOperationException">Nothing was replaced, or the file is finished.</exception>
    public ColumnFileMeta Finish()
    {
        int[] used = [.. Enumerable.Range(0, _columns.Length).Where(i => _used[i])];
        if (_finished || used.Length == 0)
        {
            throw new InvalidOperationException(
                _finished ? "The column file is finished already." : "A column file must replace at least one chunk.");
        }

        ushort[] columns = [.. used.Select(i => _columns[i])];
        ColumnFileFooter footer = new()
        {
            Number = _number,
            Base = _table,
            Columns = columns.Length,
            Blocks = _blocks,
            Sections =
            [
                _output.EndSection(TableFormat.BlocksSection),
                WriteSection(TableFormat.ColumnsSection, ColumnFileIndex.Encode(columns, [.. used.Select(i => _types[i])])),
                WriteSection(TableFormat.IndexSection, EncodeIndex(used)),
            ],
        };
        _output.Append(footer.Encode(_output.Offset, out uint checksum));
        _output.Flush();
        _file.Sync();
        _file.Dispose();
        _memory.Dispose();
        _finished = true;
        return new ColumnFileMeta(_number, _output.Offset, checksum, columns);
    }

    /// <summary>Deletes the file unless it is finished.</summary>
    public void Dispose()
    {
        if (_finished)
        {
            return;
        }

        _finished = true;
        _memory.Dispose();
        _file.Dispose();
        try
        {
            _fileSystem.Delete(_path);
        }
        catch (FileOperationException)
        {
            // No manifest names the file, so it is deleted when the store is opened the next time.
        }
    }

    private TableSection WriteSection(ushort tag, byte[] bytes)
    {
        _output.BeginSection();
        _output.Append(bytes);
        return _output.EndSection(tag);
    }

    private byte[] EncodeIndex(int[] used)
    {
        int chunks = used.Length * ColumnFileFormat.ChunksPerColumn;
        int blockLength = ColumnFileFormat.BlockEntryLength + sizeof(uint) * chunks;
        byte[] section = new byte[ColumnFileFormat.IndexHeaderLength + _blocks * blockLength];
        BinaryPrimitives.WriteInt32LittleEndian(section, _blocks);
        BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(4), used.Length);
        int at = ColumnFileFormat.IndexHeaderLength;
        ReadOnlySpan<uint> index = CollectionsMarshal.AsSpan(_index);
        for (; !index.IsEmpty; index = index[_entryLength..])
        {
            Put(section, ref at, index[0]);
            Put(section, ref at, index[1]);
            foreach (int column in used)
            {
                Put(section, ref at, index[2 + 2 * column]);
                Put(section, ref at, index[2 + 2 * column + 1]);
            }
        }

        return section;
    }

    private static void Put(byte[] section, ref int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(section.AsSpan(at), value);
        at += sizeof(uint);
    }
}
