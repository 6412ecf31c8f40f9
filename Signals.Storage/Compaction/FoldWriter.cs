using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// Folds patches into one run of events. It finds the rows that the patches are for, and writes the columns that they raise,
/// block by block, into a column file. Thread contract: one thread; users must come in ascending order. The file is made when the
/// first cell is raised, so a run that no patch changes costs only reads. A block that no patch changes is not in the file.
/// </summary>
/// <remarks>
/// Every column file makes loading a block a little dearer. So a run that has <see cref="MostColumnFiles"/> gets one file in
/// place of all of them. A file whose chunks were all replaced is removed from the run.
/// </remarks>
internal sealed class FoldWriter : IDisposable
{
    /// <summary>The number of column files at which a fold takes all of them into the new one.</summary>
    public const int MostColumnFiles = 8;

    private readonly FoldTarget _target;
    private readonly Table _table;
    private readonly DirectoryWalk _users;
    private readonly BlockScan _keyScan;
    private readonly BlockScan _columnScan;
    private readonly bool _takesAllIn;
    private readonly ushort[] _columns;
    private readonly FoldColumn[] _folded;
    private readonly int[] _chunksLeft;
    private long[] _times = [];
    private ulong[] _ids = [];
    private ulong[] _inserted = [];
    private ulong[] _retracted = [];
    private int _block = -1;
    private int _open = -1;
    private int _passed;
    private Stretch _met; // raised with what follows it
    private FoldColumn[]? _taken;
    private BlockScan? _takeScan;
    private ColumnFileWriter? _writer;

    /// <summary>Prepares to fold into one run.</summary>
    /// <param name="target">Where the file is written.</param>
    /// <param name="table">The run of events, open.</param>
    /// <param name="columns">Ids of the columns that patches have, ascending.</param>
    public FoldWriter(FoldTarget target, Table table, ushort[] columns)
    {
        Debug.Assert(table.Defaults.Kind == RunKind.Events, "Patches are folded into events.");
        _target = target;
        _table = table;
        _users = table.CreateWalk();
        _keyScan = table.CreateScan();
        _columnScan = table.CreateScan();
        _takesAllIn = table.ColumnFiles.Length >= MostColumnFiles;
        SortedSet<ushort> all = [.. columns];
        _chunksLeft = new int[table.ColumnFiles.Length];
        foreach (ColumnFile file in _takesAllIn ? table.ColumnFiles : [])
        {
            all.UnionWith(PlantedBugs.Has(PlantedBugs.FoldForgetsAColumn) ? file.Meta.Columns[..^1] : file.Meta.Columns);
        }

        CountShown();
        _columns = [.. all];
        _folded = [.. _columns.Select(column => new FoldColumn(column, target.Type.Columns[column].Type))];
    }

    /// <summary>Bytes read so far.</summary>
    public long BytesRead => _keyScan.BytesRead + _columnScan.BytesRead + (_takeScan?.BytesRead ?? 0);

    /// <summary>Bytes written; known after <see cref="Finish"/>.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>
    /// Folds the patches of a user. Those of users that follow each other may lie in one buffer. Before it is filled anew,
    /// <see cref="EndPatches"/> must be called.
    /// </summary>
    /// <param name="user">The user; greater than the one before.</param>
    /// <param name="patches">Their patches in table order.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="count">How many patches to use.</param>
    /// <param name="met">Receives true for each patch of the buffer whose event is in the run.</param>
    [MethodImpl(Compile.InFull)]
    public void Fold(in UserId user, RowBuffer patches, int start, int count, Span<bool> met)
    {
        if (count == 0 || !_users.TryFind(user, out UserRows rows) || patches.Times[start] < rows.OldestTime
            || patches.Times[start + count - 1] > rows.NewestTime)
        {
            return;
        }

        int patch = start;
        int patchEnd = start + count;
        long end = rows.FirstRow + rows.Count;
        for (long row = rows.FirstRow; row < end && patch < patchEnd;)
        {
            Load(_table.FindBlock(row));
            int first = (int)(row - _table.Index.FirstRow(_block));
            int last = (int)Math.Min(end - _table.Index.FirstRow(_block), _table.Index.Rows(_block));
            Match(first, last, patches, ref patch, patchEnd, met);
            row += last - first;
        }
    }

    /// <summary>Is done with the patches so far: their buffer may be filled anew.</summary>
    [MethodImpl(Compile.InFull)]
    public void EndPatches()
    {
        Stretch met = _met;
        _met = default;
        if (met.Count == 0)
        {
            return;
        }

        Open();
        ReadOnlySpan<ulong> retracted = _table.Meta.Traits.HasFlag(RowTraits.Retracted) ? _retracted : [];
        foreach (FoldColumn column in _folded)
        {
            if (column.Column < met.Patches.Columns.Length)
            {
                column.Raise(met.Row, met.Patches, met.Patch, met.Count, retracted);
            }
        }
    }

    /// <summary>
    /// Finishes the run and syncs the file. Returns what the manifest records of the run, or null when no patch changed it.
    /// </summary>
    public TableMeta? Finish()
    {
        Close();
        if (_writer is null)
        {
            return null;
        }

        TakeIn(_table.BlockCount);
        ColumnFileMeta added = _writer.Finish();
        BytesWritten = added.FileLength;
        List<ColumnFileMeta> files = [];
        for (int i = 0; i < _chunksLeft.Length; i++)
        {
            if (_chunksLeft[i] > 0)
            {
                files.Add(_table.ColumnFiles[i].Meta);
            }
        }

        return _table.Meta with { ColumnFiles = [.. files, added] };
    }

    /// <summary>Deletes the file unless it is finished.</summary>
    public void Dispose() => _writer?.Dispose();

    [MethodImpl(Compile.InFull)]
    private void Load(int block)
    {
        if (block == _block)
        {
            return;
        }

        Close();
        StampParts existence = _table.IsPlain ? StampParts.None : StampParts.Existence;
        Block keys = _keyScan.Load(block, keys: true, [], existence);
        if (_times.Length < keys.Rows)
        {
            _times = new long[keys.Rows];
            _ids = new ulong[keys.Rows];
        }

        keys.Times.CopyLongs(0, keys.Rows, _times);
        keys.Ids.CopyULongs(0, keys.Rows, _ids);
        _block = block;
        if (!_table.IsPlain)
        {
            LoadExistence(keys);
        }
    }

    private void LoadExistence(Block keys)
    {
        Array.Resize(ref _inserted, Math.Max(_inserted.Length, keys.Rows));
        Array.Resize(ref _retracted, _inserted.Length);
        for (int row = 0; row < keys.Rows; row++)
        {
            _inserted[row] = keys.InsertedOf(row);
            _retracted[row] = keys.RetractedOf(row);
        }
    }

    // Walks two sorted lists side by side. Where their keys are equal for a stretch, takes the whole stretch at once.
    [MethodImpl(Compile.InFull)]
    private void Match(int row, int last, RowBuffer patches, ref int patch, int end, Span<bool> met)
    {
        ReadOnlySpan<long> times = patches.Times[..end];
        ReadOnlySpan<ulong> ids = patches.Ids[..end];
        while (row < last && patch < end)
        {
            int same = _times.AsSpan(row, last - row).CommonPrefixLength(times[patch..]);
            same = _ids.AsSpan(row, Math.Min(same, last - row)).CommonPrefixLength(ids[patch..]);
            if (same > 0)
            {
                Meet(row, patches, patch, same, met);
                row += same;
                patch += same;
            }
            else if (_times[row] > times[patch] || (_times[row] == times[patch] && _ids[row] < ids[patch]))
            {
                row++;
            }
            else
            {
                patch++;
            }
        }
    }

    [MethodImpl(Compile.InFull)]
    private void Meet(int row, RowBuffer patches, int patch, int count, Span<bool> met)
    {
        if (!_table.Meta.Traits.HasFlag(RowTraits.NeverInserted))
        {
            met.Slice(patch, count).Fill(true);
            Raise(row, patches, patch, count);
            return;
        }

        // A row that holds only a retraction has no event yet.
        for (int i = 0; i < count; i++)
        {
            if (_inserted[row + i] > 0)
            {
                met[patch + i] = true;
                Raise(row + i, patches, patch + i, 1);
            }
        }
    }

    // Users mostly follow each other in both, so that what they raise of a block is raised at once.
    [MethodImpl(Compile.InFull)]
    private void Raise(int row, RowBuffer patches, int patch, int count)
    {
        if (_met.Count > 0 && ReferenceEquals(_met.Patches, patches) && _met.Row + _met.Count == row && _met.Patch + _met.Count == patch)
        {
            _met = _met with { Count = _met.Count + count };
            return;
        }

        EndPatches();
        _met = new Stretch(patches, row, patch, count);
    }

    private void Open()
    {
        if (_open != _block)
        {
            _open = _block;
            Begin(_folded, _columnScan, _block);
        }
    }

    [MethodImpl(Compile.InFull)]
    private void Close()
    {
        EndPatches();
        if (_open >= 0 && Array.Exists(_folded, column => column.IsChanged))
        {
            TakeIn(_open);
            Write(_folded, _open);
            _passed = _open + 1;
        }

        _open = -1;
    }

    // Copies what older column files hold of the blocks before the end, when the new file takes all of them in.
    private void TakeIn(int end)
    {
        if (!_takesAllIn)
        {
            return;
        }

        _taken ??= [.. _columns.Select(column => new FoldColumn(column, _target.Type.Columns[column].Type))];
        _takeScan ??= _table.CreateScan();
        for (; _passed < end; _passed++)
        {
            if (Array.Exists(_columns, column => _table.IsReplaced(_passed, column)))
            {
                Begin(_taken, _takeScan, _passed);
                Write(_taken, _passed);
            }
        }
    }

    [MethodImpl(Compile.InFull)]
    private void Begin(FoldColumn[] columns, BlockScan scan, int block)
    {
        Block held = scan.Load(block, keys: false, _columns, StampParts.Cells);
        foreach (FoldColumn column in columns)
        {
            column.Begin(held);
        }
    }

    [MethodImpl(Compile.InFull)]
    private void Write(FoldColumn[] columns, int block)
    {
        if (_writer is null)
        {
            ulong number = _target.NextNumber();
            string path = _target.Folder.ColumnFile(number);
            ColumnType[] types = [.. _columns.Select(column => _target.Type.Columns[column].Type)];
            _writer = new ColumnFileWriter(_target.Folder.Files, path, number, _table.AsBase, _columns, types, _target.Options);
        }

        _writer.BeginBlock(block, _table.Index.Rows(block));
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i].IsChanged || (_takesAllIn && _table.IsReplaced(block, _columns[i])))
            {
                columns[i].Complete();
                _writer.Replace(i, columns[i].Cells, columns[i].Stamps);
                CountOff(block, _columns[i]);
            }
        }
    }

    // Counts, for each file, the chunks that no newer file hides. Many folds may hide a file bit by bit.
    private void CountShown()
    {
        foreach (ushort column in _table.ColumnFiles.ToArray().SelectMany(file => file.Meta.Columns).Distinct())
        {
            for (int block = 0; block < _table.BlockCount; block++)
            {
                if (FileShown(block, column) is >= 0 and int file)
                {
                    _chunksLeft[file]++;
                }
            }
        }
    }

    [MethodImpl(Compile.InFull)]
    private void CountOff(int block, ushort column)
    {
        if (FileShown(block, column) is >= 0 and int file)
        {
            _chunksLeft[file]--;
        }
    }

    // The newest file that holds a column of a block, or -1.
    [MethodImpl(Compile.InFull)]
    private int FileShown(int block, ushort column)
    {
        for (int i = _chunksLeft.Length - 1; i >= 0; i--)
        {
            ColumnFileIndex index = _table.ColumnFiles[i].Index;
            int position = index.PositionOf(column);
            if (position >= 0 && index.Holds(block, position))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Rows of the block that the adjacent rows of patches raise.</summary>
    private readonly record struct Stretch(RowBuffer Patches, int Row, int Patch, int Count);
}
