using Signals.Core.Columns;
using Signals.Core.Enrichment;
using Signals.Enrichment;

namespace Signals.Storage.Entities;

/// <summary>
/// A batch of keys to look up in a table. The keys are ordered by block, so that each block is fetched once and the next block is
/// prefetched while one is searched.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Reused; once grown it allocates nothing.</remarks>
internal sealed class EntityProbe
{
    private EntityKey[] _keys = [];
    private int[] _rows = [];
    private long[] _order = [];
    private int _count;

    public void Clear() => _count = 0;

    /// <summary>Adds the key whose entity fills an output row.</summary>
    public void Add(int row, EntityKey key)
    {
        if (_count == _keys.Length)
        {
            int capacity = Math.Max(64, 2 * _count);
            Array.Resize(ref _keys, capacity);
            Array.Resize(ref _rows, capacity);
            _order = new long[capacity];
        }

        _keys[_count] = key;
        _rows[_count++] = row;
    }

    /// <summary>Fills the rows whose entities are in the table.</summary>
    /// <param name="version">The version of the table to look in.</param>
    /// <param name="columns">The columns of the table to copy.</param>
    /// <param name="outputs">One output for each of the columns, of the same type.</param>
    /// <param name="found">Set to true for each row whose entity is in the table.</param>
    public void Run(EntityVersion version, ReadOnlySpan<int> columns, ReadOnlySpan<OutputRows> outputs, Span<bool> found)
    {
        int asked = 0;
        for (int i = 0; i < _count; i++)
        {
            int block = version.BlockOf(_keys[i].High, _keys[i].Low);
            if (block >= 0)
            {
                _order[asked++] = ((long)block << 32) | (uint)i;
            }
        }

        Span<long> order = _order.AsSpan(0, asked);
        order.Sort();
        for (int first = 0; first < order.Length;)
        {
            int block = BlockAt(order, first);
            int end = first + 1;
            while (end < order.Length && BlockAt(order, end) == block)
            {
                end++;
            }

            if (end < order.Length)
            {
                version.Prefetch(BlockAt(order, end));
            }

            Copy(version.GetBlock(block), order[first..end], columns, outputs, found);
            first = end;
        }
    }

    private static int BlockAt(ReadOnlySpan<long> order, int index) => (int)(order[index] >> 32);

    private void Copy(EntityBlock block, Span<long> asked, ReadOnlySpan<int> columns, ReadOnlySpan<OutputRows> outputs, Span<bool> found)
    {
        int count = 0;
        foreach (long entry in asked)
        {
            int index = (int)(uint)entry;
            int at = block.Find(_keys[index].High, _keys[index].Low);
            if (at >= 0)
            {
                found[_rows[index]] = true;
                asked[count++] = ((long)at << 32) | (uint)_rows[index];
            }
        }

        for (int c = 0; c < columns.Length; c++)
        {
            CopyColumn(block.Column(columns[c]), asked[..count], outputs[c]);
        }
    }

    /// <param name="chunk">The chunk of the column.</param>
    /// <param name="pairs">Each value holds the row of the block and the row of the output, 32 bits each.</param>
    /// <param name="output">Where the values go.</param>
    private static void CopyColumn(in ColumnChunk chunk, ReadOnlySpan<long> pairs, OutputRows output)
    {
        foreach (long pair in pairs)
        {
            int from = (int)(pair >> 32);
            int to = (int)(uint)pair;
            ColumnState state = chunk.GetState(from);
            if (state == ColumnState.Null)
            {
                output.SetNull(to);
            }
            else if (state == ColumnState.Value && chunk.Type.IsVariable)
            {
                output.SetBytes(to, chunk.GetBytes(from));
            }
            else if (state == ColumnState.Value)
            {
                chunk.CopyValues(from, 1, output.Fill(to));
            }
        }
    }
}
