using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Segments;

/// <summary>
/// Brings rows that come in any order into the order of a segment. Rows that do not fit the memory budget go through sorted
/// temporary files. Thread contract: one thread. Disposing gives the rows up and deletes the files.
/// </summary>
internal sealed class SegmentSorter : IDisposable
{
    // Arrays double when they grow, and the old and the new array exist at the same time meanwhile.
    private const int SharePerBatch = 4;
    private const int LongBytes = 1 << 10;
    private const int CountEvery = 8; // rows; counting their bytes visits every column

    private readonly EventTypeSchema _type;
    private readonly long _budget;
    private readonly bool[] _used;
    private readonly SpillFiles _spills;
    private readonly List<SegmentBatch> _full = [];
    private readonly bool _hasLongValues;
    private SegmentBatch? _batch;
    private long _fullBytes;

    /// <summary>Creates the sorter without rows.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="type">The event type of all rows.</param>
    /// <param name="segment">The path of the segment, beside which temporary files lie.</param>
    /// <param name="budget">The bytes of memory that rows may take.</param>
    public SegmentSorter(IFileSystem files, EventTypeSchema type, string segment, long budget)
    {
        _type = type;
        _budget = budget;
        _used = new bool[type.Columns.Count];
        _hasLongValues = type.Columns.Any(column => column.Type.IsVariable || column.Type.Width >= LongBytes);
        _batch = new SegmentBatch(type);
        _spills = new SpillFiles(files, type, segment, budget / 2);
    }

    /// <summary>The rows that were added last.</summary>
    public SegmentBatch Batch => _batch!;

    /// <summary>Bytes of all row buffers now.</summary>
    public long HeldBytes => (_batch?.HeldBytes ?? 0) + _full.Sum(batch => batch.HeldBytes) + _spills.HeldBytes;

    /// <summary>The most bytes that the row buffers had at a spill.</summary>
    public long PeakHeldBytes { get; private set; }

    /// <summary>The largest number of temporary files that were open at once.</summary>
    public int PeakOpenRuns => _spills.PeakOpen;

    /// <summary>The number of sorted runs that went through temporary files.</summary>
    public int SpilledRuns => _spills.Spilled;

    /// <summary>Whether there is no row.</summary>
    public bool IsEmpty => _spills.Spilled == 0 && !HoldsRows;

    private bool HoldsRows => _full.Count > 0 || _batch!.Count > 0;

    /// <summary>Whether <see cref="MakeRoom"/> will take the rows out of <see cref="Batch"/>.</summary>
    public bool TakesBatch => MustSpill || _batch!.IsFull;

    private bool MustSpill
    {
        [MethodImpl(Compile.InFull)]
        get => (_hasLongValues || _batch!.Count % CountEvery == 0)
            && _fullBytes + _batch!.UsedBytes >= _budget / SharePerBatch;
    }

    /// <summary>Goes on with another batch, because the rows of this one are written elsewhere.</summary>
    /// <param name="empty">An empty batch; null for a new one.</param>
    public void Exchange(SegmentBatch? empty) => _batch = empty ?? new SegmentBatch(_type);

    /// <summary>Takes a batch whose rows were added elsewhere.</summary>
    public void Add(SegmentBatch batch)
    {
        _fullBytes += batch.UsedBytes;
        _full.Add(batch);
    }

    /// <summary>Makes room for a row, so that it may be added to <see cref="Batch"/>.</summary>
    [MethodImpl(Compile.InFull)]
    public void MakeRoom()
    {
        if (MustSpill)
        {
            Spill();
        }
        else if (_batch!.IsFull)
        {
            _fullBytes += _batch.UsedBytes;
            _full.Add(_batch);
            _batch = new SegmentBatch(_type);
        }
    }

    /// <summary>
    /// The ids of the columns in which some row is set. Known after <see cref="Open"/>.
    /// </summary>
    public int[] UsedColumns() => [.. Enumerable.Range(0, _used.Length).Where(column => _used[column])];

    /// <summary>All rows, in order. Nothing may be added after this.</summary>
    public SegmentRows Open()
    {
        if (_spills.Spilled == 0)
        {
            return SortMemory();
        }

        if (HoldsRows)
        {
            Spill();
        }

        _batch = null;
        return _spills.Open(UsedColumns());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch = null;
        _full.Clear();
        _spills.Dispose();
    }

    private void Spill()
    {
        SegmentRows rows = SortMemory();
        UpdatePeak();
        _spills.Spill(rows, UsedColumns());
        UpdatePeak();
        _full.Clear();
        _fullBytes = 0;
        _batch!.Clear();
    }

    private SegmentRows SortMemory()
    {
        List<SegmentRows> sorted = [];
        foreach (SegmentBatch batch in _full.Append(_batch!).Where(batch => batch.Count > 0))
        {
            batch.MarkUsedColumns(_used);
            sorted.Add(batch.Sort());
        }

        return sorted.Count == 1 ? sorted[0] : new MergedSegmentRows(sorted);
    }

    private void UpdatePeak() => PeakHeldBytes = Math.Max(PeakHeldBytes, HeldBytes);
}
