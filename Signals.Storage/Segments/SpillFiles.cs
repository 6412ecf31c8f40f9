using Signals.Storage.FileSystem;

namespace Signals.Storage.Segments;

/// <summary>
/// The temporary sorted runs of a segment that is being written. They are files beside the segment. When there are more than may
/// be open at once, they are merged into fewer. Thread contract: one thread. Disposing closes and deletes them.
/// </summary>
internal sealed class SpillFiles : IDisposable
{
    private const int MostOpen = 64;
    private const int SmallestBlock = 4 << 10;
    private const int LargestBlock = 256 << 10;
    private const int BlocksPerBudget = 128;

    // A block is in memory as bytes and as rows, each in arrays that double when they grow.
    private const int MemoryPerBlock = 4;

    private readonly IFileSystem _files;
    private readonly EventTypeSchema _type;
    private readonly string _segment;
    private readonly int _blockBytes;
    private readonly int _fanIn;
    private readonly LinkedList<string> _runs = [];
    private readonly List<SpillReader> _open = [];
    private SpillBlock? _block;
    private int _made;

    /// <summary>Creates the collection without runs.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="type">The event type of all rows.</param>
    /// <param name="segment">The path of the segment, beside which the runs lie.</param>
    /// <param name="budget">The bytes of memory that reading may take.</param>
    public SpillFiles(IFileSystem files, EventTypeSchema type, string segment, long budget)
    {
        _files = files;
        _type = type;
        _segment = segment;
        _blockBytes = (int)Math.Clamp(budget / BlocksPerBudget, SmallestBlock, LargestBlock);
        _fanIn = (int)Math.Clamp(budget / ((long)MemoryPerBlock * _blockBytes) / 2, 2, MostOpen);
    }

    /// <summary>The number of runs that were written from memory.</summary>
    public int Spilled { get; private set; }

    /// <summary>The largest number of files that were open at once.</summary>
    public int PeakOpen { get; private set; }

    /// <summary>Bytes of all buffers.</summary>
    public long HeldBytes => (_block?.HeldBytes ?? 0) + _open.Sum(reader => reader.HeldBytes);

    /// <summary>Writes the rows of a walk as a new run.</summary>
    public void Spill(SegmentRows rows, ReadOnlySpan<int> columns)
    {
        Write(rows, columns);
        Spilled++;
    }

    /// <summary>All rows of all runs, in order. No run may be added after this.</summary>
    public SegmentRows Open(ReadOnlySpan<int> columns)
    {
        while (_runs.Count > _fanIn)
        {
            List<string> merged = [.. _runs.Take(_fanIn)];
            Write(OpenRuns(merged), columns);
            CloseAll();
            foreach (string path in merged)
            {
                _files.Delete(path);
                _runs.Remove(path);
            }
        }

        _block = null;
        return OpenRuns([.. _runs]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseAll();
        foreach (string path in _runs)
        {
            TemporaryFiles.TryDelete(_files, path);
        }

        _runs.Clear();
    }

    private MergedSegmentRows OpenRuns(List<string> paths)
    {
        foreach (string path in paths)
        {
            _open.Add(new SpillReader(_files.Open(path, FileOpenMode.Read), _type));
        }

        PeakOpen = Math.Max(PeakOpen, _open.Count);
        return new MergedSegmentRows(_open);
    }

    private void Write(SegmentRows rows, ReadOnlySpan<int> columns)
    {
        _block ??= new SpillBlock(_type.Columns.Select(column => column.Type));
        string path = OwnContent.FreeTemporary(_files, TemporaryFiles.PathOf(_segment, TemporaryFiles.Run, ++_made));
        using SpillWriter writer = new(_files.Open(path, FileOpenMode.CreateNew), _block, _blockBytes);
        _runs.AddLast(path);
        writer.Write(rows, columns);
    }

    private void CloseAll()
    {
        _open.ForEach(reader => reader.Dispose());
        _open.Clear();
    }
}
