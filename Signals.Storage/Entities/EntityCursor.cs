using Signals.Core.Columns;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Entities;

/// <summary>
/// Walks the rows of an entity table file in key order, with one block in memory at a time. It starts on the first row.
/// </summary>
/// <remarks>Thread contract: one thread. Owns the file. The file must have at least one row.</remarks>
internal sealed class EntityCursor : IDisposable
{
    private readonly EntityFileReader _reader;
    private int _block = -1;

    public EntityCursor(IFile file)
    {
        _reader = EntityFileReader.Open(file);
        Block = new RowBuffer([.. _reader.Schema.Columns.Select(c => c.Type)]);
        MoveNext();
    }

    /// <summary>The rows of the current block. Keys are stored as in <see cref="EntityFileWriter"/>.</summary>
    public RowBuffer Block { get; }

    public int Row { get; private set; } = -1;

    public EntityOrder Order(int run) => new((ulong)Block.Times[Row], Block.Ids[Row], run);

    public bool MoveNext()
    {
        if (++Row < Block.Count)
        {
            return true;
        }

        if (++_block == _reader.Blocks.Length)
        {
            return false;
        }

        Load(_reader.ReadBlock(_block));
        Row = 0;
        return true;
    }

    public void Dispose() => _reader.Dispose();

    private void Load(EntityBlock block)
    {
        Block.Clear();
        for (int row = 0; row < block.Rows; row++)
        {
            Block.AppendKey((long)block.HighOf(row), block.LowOf(row));
        }

        for (int i = 0; i < Block.Columns.Length; i++)
        {
            block.Column(i).AppendTo(Block.Columns[i], 0, block.Rows);
        }
    }
}
