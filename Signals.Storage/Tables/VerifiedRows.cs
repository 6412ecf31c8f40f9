using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Walks the rows of a run block by block and compares them with the directory: their order, their times, their stamps. Thread
/// contract: one thread; blocks are verified in order. Only one block is in memory, however many rows a user has.
/// </summary>
internal sealed class VerifiedRows
{
    private readonly TableFile _file;
    private readonly TableFooter _footer;
    private readonly TableDirectory _directory;
    private readonly TableIndex _index;
    private readonly RunBlockReader _reader;
    private readonly TableLayout _layout;
    private readonly ChunkSlice[] _chunks;
    private readonly bool[] _wanted;
    private readonly BlockPass[] _passes;
    private long[] _times = [];
    private ulong[] _ids = [];
    private ulong[] _stamps = [];
    private byte[] _states = [];

    // The position of the walk: the user, how many rows of that user are done, and the previous row.
    private int _user;
    private int _rowInUser;
    private long _lastTime;
    private ulong _lastId;

    public VerifiedRows(TableFile file, TableFooter footer, TableDirectory directory, TableIndex index, RunBlockReader reader)
    {
        _file = file;
        _footer = footer;
        _directory = directory;
        _index = index;
        _reader = reader;
        _layout = reader.Layout;
        _chunks = new ChunkSlice[_layout.Chunks];
        _wanted = new bool[_layout.Chunks];
        _passes = reader.NewPasses();
        Array.Fill(_wanted, true);
    }

    /// <summary>The time of the oldest row so far.</summary>
    public long Oldest { get; private set; } = long.MaxValue;

    /// <summary>The time of the newest row so far.</summary>
    public long Newest { get; private set; } = long.MinValue;

    /// <summary>The time of the newest inserted row so far.</summary>
    public long NewestInserted { get; private set; } = long.MinValue;

    /// <summary>Properties that some rows so far have.</summary>
    public RowTraits Traits { get; private set; }

    /// <summary>Reads every chunk of the next block and checks its rows.</summary>
    /// <exception cref="CorruptionException">A chunk is damaged, or the rows do not match the directory.</exception>
    public void Verify(int block)
    {
        IoCount io = default;
        _reader.Read(block, _wanted, _chunks, _passes, ref io);
        int rows = _index.Rows(block);
        if (_times.Length < rows)
        {
            (_times, _ids, _stamps, _states) = (new long[rows], new ulong[rows], new ulong[rows], new byte[rows]);
        }

        Open(TableFormat.TimesChunk, rows).CopyLongs(0, rows, _times);
        Open(TableFormat.IdsChunk, rows).CopyULongs(0, rows, _ids);
        VerifyOrder(block, rows);
        VerifyExistence(block, rows);
        for (int column = 0; column < _layout.Columns && (_layout.Defaults.Parts & StampParts.Cells) != 0; column++)
        {
            VerifyCells(block, column, rows);
        }
    }

    private void VerifyOrder(int block, int rows)
    {
        for (int row = 0; row < rows; row++)
        {
            UserRows expected = _directory.Rows(_user);
            long time = _times[row];
            bool ordered = time <= expected.NewestTime && time >= expected.OldestTime
                && time <= _footer.MaxTime && time >= _footer.MinTime;
            if (!ordered || (_rowInUser > 0 && !(_lastTime > time || (_lastTime == time && _lastId < _ids[row]))))
            {
                throw _file.Corrupt(
                    _index.Offset(block), $"the rows of user {_directory.User(_user)} are out of order or outside their time range");
            }

            (_lastTime, _lastId) = (time, _ids[row]);
            Oldest = Math.Min(Oldest, time);
            Newest = Math.Max(Newest, time);
            _rowInUser++;
            if (_rowInUser == expected.Count)
            {
                _user++;
                _rowInUser = 0;
            }
        }
    }

    private void VerifyExistence(int block, int rows)
    {
        bool own = (_layout.Defaults.Parts & StampParts.Existence) != 0;
        Read(own ? _layout.InsertedChunk : -1, own ? _layout.Defaults.DefaultInserted : _layout.Defaults.Stamp.Value, rows);
        for (int row = 0; row < rows; row++)
        {
            Traits |= _stamps[row] == 0 ? RowTraits.NeverInserted : 0;
            NewestInserted = _stamps[row] > 0 ? Math.Max(NewestInserted, _times[row]) : NewestInserted;
        }

        RequireStamps(block, rows);
        Read(own ? _layout.RetractedChunk : -1, 0, rows);
        Traits |= _stamps.AsSpan(0, rows).ContainsAnyExcept(0UL) ? RowTraits.Retracted : 0;
        RequireStamps(block, rows);
    }

    // The stamp of an absent cell is meaningless.
    private void VerifyCells(int block, int column, int rows)
    {
        int chunk = column + TableFormat.FirstColumnChunk;
        if (_chunks[chunk].Length == 0)
        {
            return;
        }

        Open(chunk, rows).CopyStates(0, rows, _states);
        Read(_layout.CellStampsChunk(column), _layout.Defaults.Stamp.Value, rows);
        for (int row = 0; row < rows; row++)
        {
            if (_states[row] != (byte)ColumnState.Absent && !new Stamp(_stamps[row]).IsValid)
            {
                throw Impossible(block);
            }
        }
    }

    private void RequireStamps(int block, int rows)
    {
        if (_stamps.AsSpan(0, rows).ContainsAnyExceptInRange(0UL, Stamp.MaxValue))
        {
            throw Impossible(block);
        }
    }

    private CorruptionException Impossible(int block) =>
        _file.Corrupt(_index.Offset(block), $"rows of block {block} have stamps that are not valid");

    private void Read(int chunk, ulong otherwise, int rows)
    {
        if (chunk < 0 || _chunks[chunk].Length == 0)
        {
            _stamps.AsSpan(0, rows).Fill(otherwise);
        }
        else
        {
            Open(chunk, rows).CopyULongs(0, rows, _stamps);
        }
    }

    private ColumnChunk Open(int chunk, int rows) => ColumnChunk.Open(_layout.TypeOf(chunk), _chunks[chunk].Bytes, rows);
}
