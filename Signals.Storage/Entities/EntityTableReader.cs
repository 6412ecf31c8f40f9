using Signals.Core.Columns;
using Signals.Storage.Entities;
using Signals.Storage.FileSystem;

namespace Signals.Enrichment;

/// <summary>Reads an entity table from its beginning to its end, in the order of keys, with one block in memory at a time.</summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: until disposed. The reader keeps the file that it opened, also when the table is
/// replaced meanwhile.
/// </remarks>
public sealed class EntityTableReader : IDisposable
{
    private readonly EntityFileReader _file;
    private readonly ColumnBuffer[] _columns;
    private EntityBlock? _block;
    private int _nextBlock;
    private int _row;

    private EntityTableReader(EntityFileReader file)
    {
        _file = file;
        _columns = [.. file.Schema.Columns.Select(column => new ColumnBuffer(column.Type))];
    }

    /// <summary>Name and columns.</summary>
    public EntitySchema Schema => _file.Schema;

    /// <summary>The version, as its writer numbered it.</summary>
    public ulong Version => _file.TableVersion;

    /// <summary>The number of entities in the table.</summary>
    public long Count => _file.Rows;

    /// <summary>The key of the current entity.</summary>
    /// <exception cref="InvalidOperationException">There is no current entity.</exception>
    public EntityKey Key => new(Block.HighOf(_row), Block.LowOf(_row));

    private EntityBlock Block =>
        _block ?? throw new InvalidOperationException("There is no current entity; call TryRead until it is false.");

    /// <summary>Opens a table before its first entity.</summary>
    /// <exception cref="CorruptionException">
    /// The file is not an entity table, has a newer format, or its index is damaged.
    /// </exception>
    /// <exception cref="FileOperationException">The file cannot be read.</exception>
    public static EntityTableReader Open(string path)
    {
        IFile file = FileSystems.ForThisMachine().Open(FileSystems.Absolute(path), FileOpenMode.Read);
        try
        {
            return new EntityTableReader(EntityFileReader.Open(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Goes to the next entity. False at the end.</summary>
    /// <exception cref="CorruptionException">A block is damaged.</exception>
    public bool TryRead()
    {
        if (_block is not null && ++_row < _block.Rows)
        {
            return true;
        }

        _row = 0;
        if (_nextBlock == _file.Blocks.Length)
        {
            _block = null;
            return false;
        }

        _block = _file.ReadBlock(_nextBlock++);
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i].Clear();
            _block.Column(i).AppendTo(_columns[i], 0, _block.Rows);
        }

        return true;
    }

    /// <summary>Whether the current entity has a value in a column, has null, or nothing.</summary>
    /// <param name="column">The index of the column in the schema.</param>
    public ColumnState StateOf(int column) => Cells(column).GetState(_row);

    /// <summary>
    /// The bytes of the current entity's value: those of a text (UTF-8) or of bytes as they are, numbers and the elements of vectors
    /// little-endian. Empty, or zeros, when there is no value. Valid until the next entity is read.
    /// </summary>
    /// <param name="column">The index of the column in the schema.</param>
    public ReadOnlySpan<byte> BytesOf(int column) => Cells(column).GetValue(_row);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private ColumnBuffer Cells(int column)
    {
        _ = Block;
        return _columns[column];
    }
}
