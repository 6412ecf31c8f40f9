using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>Encodes rows as the chunks of one block. Thread contract: one thread. Allocates nothing in steady state.</summary>
internal sealed class BlockEncoder(TableLayout layout, ulong identity, TableOptions options, OwnedMemory memory)
{
    private readonly ChunkEncoder _chunks = new(layout.Chunks, identity, options, memory);

    /// <summary>Appends a block of all rows to the output, and the entries of the block to the index.</summary>
    [MethodImpl(Compile.InFull)]
    public void Encode(RowBuffer rows, TableOutput output, NativeList<uint> index)
    {
        index.Add((uint)rows.Count);
        _chunks.BeginBlock();
        for (int position = 0; position < layout.Positions; position++)
        {
            index.Add(EncodeChunk(layout.ChunkAt(position), rows, output));
        }
    }

    [MethodImpl(Compile.InFull)]
    private uint EncodeChunk(int chunk, RowBuffer rows, TableOutput output) => chunk switch
    {
        TableFormat.TimesChunk => _chunks.Append(chunk, rows.Times, output),
        TableFormat.IdsChunk => _chunks.Append(chunk, rows.Ids, output),
        _ when IsDefault(chunk, rows) => 0,
        _ => _chunks.Append(chunk, ColumnOf(chunk, rows), output),
    };

    // The columns come first, then the stamps of the rows.
    private ColumnBuffer ColumnOf(int chunk, RowBuffer rows) =>
        chunk < layout.EndOfColumns ? rows.Columns[chunk - TableFormat.FirstColumnChunk]
        : chunk >= layout.CellStampsChunk(0) ? rows.Stamps.CellColumn(chunk - layout.CellStampsChunk(0))
        : chunk == layout.InsertedChunk ? rows.Stamps.InsertedColumn
        : rows.Stamps.RetractedColumn;

    // Stamps that equal the default of the run in every row of the block are not stored.
    [MethodImpl(Compile.InFull)]
    private bool IsDefault(int chunk, RowBuffer rows)
    {
        if (chunk < layout.EndOfColumns)
        {
            return false;
        }

        if (chunk >= layout.CellStampsChunk(0) && rows.Stamps.HasRunStampOnly(chunk - layout.CellStampsChunk(0)))
        {
            return true;
        }

        ulong common = chunk >= layout.CellStampsChunk(0) ? layout.Defaults.Stamp.Value
            : chunk == layout.InsertedChunk ? layout.Defaults.DefaultInserted
            : 0;
        return !MemoryMarshal.Cast<byte, ulong>(ColumnOf(chunk, rows).Values).ContainsAnyExcept(common);
    }
}
