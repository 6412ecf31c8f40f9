using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Walks a table user by user, in order, for compaction. It bypasses the cache: it holds one block, reads it together with its
/// neighbours when its first row is needed, and reuses its memory. Thread contract: one thread. The table must stay open while the
/// cursor is used.
/// </summary>
internal sealed class TableCursor
{
    private readonly TableDirectory _directory;
    private readonly TableIndex _index;
    private readonly TableLayout _layout;
    private readonly RunBlockReader _reader;
    private readonly ChunkSlice[] _chunks;
    private readonly bool[] _wanted;
    private readonly BlockPass[] _passes;
    private int _block = -1;
    private int _at = -1;
    private DirectoryPage? _page;

    /// <summary>Creates a cursor before the first user.</summary>
    /// <param name="directory">The users.</param>
    /// <param name="index">The blocks.</param>
    /// <param name="traits">Properties that some rows have.</param>
    /// <param name="reader">Reads the blocks.</param>
    /// <param name="leftOut">Columns that are given as absent, whatever is stored.</param>
    public TableCursor(TableDirectory directory, TableIndex index, RowTraits traits, RunBlockReader reader, ReadOnlySpan<ushort> leftOut)
    {
        _directory = directory;
        _index = index;
        _layout = reader.Layout;
        _reader = reader;
        Traits = traits;
        _chunks = new ChunkSlice[_layout.Chunks];
        _wanted = new bool[_layout.Chunks];
        _passes = reader.NewPasses();
        Array.Fill(_wanted, true);
        foreach (ushort column in leftOut)
        {
            _wanted[column + TableFormat.FirstColumnChunk] = false;
        }
    }

    /// <summary>Properties that some rows of the table have.</summary>
    public RowTraits Traits { get; }

    /// <summary>The current user.</summary>
    public UserId User => _page!.User(_at % DirectoryPageFormat.Users);

    /// <summary>The number of rows of the current user.</summary>
    public int Count => Rows.Count;

    /// <summary>The rows of the current user and their times.</summary>
    public UserRows Rows => _page!.Rows(_at % DirectoryPageFormat.Users);

    /// <summary>Moves to the next user. False at the end. Reads no rows.</summary>
    /// <exception cref="CorruptionException">A page of the directory is damaged.</exception>
    [MethodImpl(Compile.InFull)]
    public bool MoveNext()
    {
        _at = Math.Min(_at + 1, _directory.Users);
        if (_at == _directory.Users)
        {
            return false;
        }

        _page = _at % DirectoryPageFormat.Users == 0 ? _directory.GetPage(_at / DirectoryPageFormat.Users) : _page;
        return true;
    }

    /// <summary>Appends all rows of the user, newest first. Columns that the table does not have become Absent.</summary>
    /// <exception cref="CorruptionException">A chunk is damaged.</exception>
    [MethodImpl(Compile.InFull)]
    public void AppendTo(RowBuffer destination) => AppendTo(destination, Count);

    /// <summary>Appends the newest rows of the user.</summary>
    [MethodImpl(Compile.InFull)]
    public void AppendTo(RowBuffer destination, int newest)
    {
        UserRows rows = Rows;
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)newest, (uint)rows.Count, nameof(newest));
        AppendTo(destination, rows.FirstRow, newest);
    }

    /// <summary>
    /// Appends adjacent rows of any users, for callers that take several users at once. The rows of a call must not come before those of
    /// the last one.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void AppendTo(RowBuffer destination, long row, long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Columns.Length, _layout.Columns, nameof(destination));
        RequireStamps(destination.Stamps);
        long end = row + count;
        while (row < end)
        {
            int block = _index.FindBlock(row);
            Load(block);
            int first = (int)(row - _index.FirstRow(block));
            int some = (int)Math.Min(end - row, _index.Rows(block) - first);
            AppendRows(destination, first, some);
            row += some;
        }
    }

    [MethodImpl(Compile.InFull)]
    private void AppendRows(RowBuffer destination, int first, int count)
    {
        int rows = _index.Rows(_block);
        destination.AppendKeys(count, out Span<long> times, out Span<ulong> ids);
        Open(TableFormat.TimesChunk, rows).CopyLongs(first, count, times);
        Open(TableFormat.IdsChunk, rows).CopyULongs(first, count, ids);
        for (int column = 0; column < destination.Columns.Length; column++)
        {
            int chunk = column + TableFormat.FirstColumnChunk;
            if (column >= _layout.Columns || _chunks[chunk].Length == 0)
            {
                destination.Columns[column].AppendMissing(ColumnState.Absent, count);
            }
            else
            {
                Open(chunk, rows).AppendTo(destination.Columns[column], first, count);
            }
        }

        if (destination.Stamps.Parts != StampParts.None)
        {
            AppendStamps(destination, first, count);
        }
    }

    [MethodImpl(Compile.InFull)]
    private void AppendStamps(RowBuffer destination, int first, int count)
    {
        RowStamps stamps = destination.Stamps;
        if (stamps.HasExistence)
        {
            bool own = (_layout.Defaults.Parts & StampParts.Existence) != 0;
            AppendStamps(own ? _layout.InsertedChunk : -1, _layout.Defaults.DefaultInserted, stamps.InsertedColumn, first, count);
            AppendStamps(own ? _layout.RetractedChunk : -1, 0, stamps.RetractedColumn, first, count);
        }

        for (int column = 0; column < destination.Columns.Length && stamps.HasCells; column++)
        {
            bool own = (_layout.Defaults.Parts & StampParts.Cells) != 0 && column < _layout.Columns;
            if (!destination.Columns[column].States[^count..].ContainsAnyExcept((byte)ColumnState.Absent))
            {
                stamps.AppendRunStamps(column, count);
                continue;
            }

            ColumnBuffer cells = stamps.CellColumn(column);
            AppendStamps(own ? _layout.CellStampsChunk(column) : -1, _layout.Defaults.Stamp.Value, cells, first, count);
            ReadOnlySpan<byte> states = destination.Columns[column].States[^count..];
            Span<ulong> appended = stamps.Cells(column)[^count..];
            for (int i = 0; i < count; i++)
            {
                appended[i] = states[i] == (byte)ColumnState.Absent ? stamps.DefaultStamp.Value : appended[i];
            }
        }
    }

    [MethodImpl(Compile.InFull)]
    private void AppendStamps(int chunk, ulong otherwise, ColumnBuffer destination, int first, int count)
    {
        Span<ulong> stamps = MemoryMarshal.Cast<byte, ulong>(destination.AppendFixedRows(count));
        if (chunk < 0 || _chunks[chunk].Length == 0)
        {
            stamps.Fill(otherwise);
        }
        else
        {
            Open(chunk, _index.Rows(_block)).CopyULongs(first, count, stamps);
        }
    }

    // The buffer must keep every stamp that the table has for its rows.
    [MethodImpl(Compile.InFull)]
    private void RequireStamps(RowStamps destination)
    {
        RowDefaults defaults = _layout.Defaults;
        StampParts needed = defaults.Parts;
        if (destination.DefaultStamp != defaults.Stamp)
        {
            needed |= StampParts.Cells | (defaults.Kind == RunKind.Events ? StampParts.Existence : StampParts.None);
        }

        if ((needed & ~destination.Parts) != StampParts.None)
        {
            throw new ArgumentException(
                $"The rows of run {defaults} need the stamps {needed} for each row; "
                    + $"the buffer of run {destination.DefaultStamp} keeps only "
                + $"{destination.Parts}.",
                nameof(destination));
        }
    }

    private ColumnChunk Open(int chunk, int rows) => ColumnChunk.Open(_layout.TypeOf(chunk), _chunks[chunk].Bytes, rows);

    [MethodImpl(Compile.InFull)]
    private void Load(int block)
    {
        if (block != _block)
        {
            _block = -1;
            IoCount io = default;
            _reader.Read(block, _wanted, _chunks, _passes, ref io);
            _block = block;
        }
    }
}
