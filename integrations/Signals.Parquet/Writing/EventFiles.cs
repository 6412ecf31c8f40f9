using Signals.Scanning;

namespace Signals.Parquet.Writing;

/// <summary>
/// The files of one worker: divides the rows of a scan by time, collects them into row groups, and writes those when they are full or
/// when memory asks for it. Rows come user by user, so every row group and every file is sorted by user.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: until disposed; the files are given away before.</remarks>
internal sealed class EventFiles : IDisposable
{
    private const long MostBlockBytes = 1L << 30; // a column of one row group is addressed with 31 bits
    private const int MostOpenFiles = 128;

    private readonly Dictionary<long, Partition> _partitions = [];
    private readonly WriteScratch _scratch = new();
    private readonly TableShape _shape;
    private readonly ParquetExportOptions _options;
    private readonly string _folder;
    private readonly int _worker;
    private readonly long _budgetBytes;
    private Partition? _current;
    private long _writes;

    /// <summary>Begins without files.</summary>
    /// <param name="shape">Schema and settings.</param>
    /// <param name="options">How rows are divided.</param>
    /// <param name="folder">The folder of the event type.</param>
    /// <param name="worker">The number of the worker, which is in the names of its files.</param>
    /// <param name="budgetBytes">Bytes of memory for rows that wait.</param>
    public EventFiles(TableShape shape, ParquetExportOptions options, string folder, int worker, long budgetBytes)
    {
        _shape = shape;
        _options = options;
        _folder = folder;
        _worker = worker;
        _budgetBytes = budgetBytes;
    }

    /// <summary>Bytes of memory of the rows that wait, spare room included.</summary>
    public long HeldBytes => _partitions.Values.Sum(partition => partition.HeldBytes);

    /// <summary>Adds the rows of a batch.</summary>
    public void Add(in ScanBatch batch)
    {
        ReadOnlySpan<long> times = batch.Times;
        for (int row = 0; row < times.Length;)
        {
            Partition partition = PartitionOf(times[row]);
            int room = _options.RowGroupRows - partition.Waiting;
            int end = row + 1;
            while (end < times.Length && end - row < room && times[end] >= partition.FromMs && times[end] < partition.ToMs)
            {
                end++;
            }

            partition.Rows.Add(batch, row, end - row);
            if (partition.Waiting == _options.RowGroupRows)
            {
                Write(partition, keepMemory: true);
            }

            row = end;
        }

        StayWithinBudget();
    }

    /// <summary>Writes all rows that wait and completes the files.</summary>
    /// <returns>The files, which have their temporary names; the caller owns them.</returns>
    public List<PartFile> Complete()
    {
        List<PartFile> files = [];
        foreach (Partition partition in _partitions.Values.OrderBy(partition => partition.FromMs))
        {
            Write(partition, keepMemory: false);
            partition.CompleteFile();
        }

        // Given away only when nothing can fail any more, or a file would be left that nobody owns.
        foreach (Partition partition in _partitions.Values)
        {
            files.AddRange(partition.Take());
        }

        return files;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Partition partition in _partitions.Values)
        {
            partition.Dispose();
        }

        _scratch.Dispose();
    }

    private Partition PartitionOf(long timeMs)
    {
        if (_current is { } current && timeMs >= current.FromMs && timeMs < current.ToMs)
        {
            return current;
        }

        TimePartition time = TimePartition.Of(timeMs, _options.Partition);
        if (!_partitions.TryGetValue(time.FromMs, out Partition? partition))
        {
            partition = new Partition(time, _folder, _worker, _shape);
            _partitions.Add(time.FromMs, partition);
        }

        return _current = partition;
    }

    private void Write(Partition partition, bool keepMemory)
    {
        if (partition.Waiting > 0 && !partition.IsOpen && _partitions.Values.Count(other => other.IsOpen) >= MostOpenFiles)
        {
            _partitions.Values.Where(other => other.IsOpen).MinBy(other => other.LastWrite)!.CompleteFile();
        }

        partition.Write(_scratch, ++_writes, keepMemory);
    }

    private void StayWithinBudget()
    {
        while (_partitions.Count > 0)
        {
            Partition largest = _partitions.Values.MaxBy(partition => partition.HeldBytes)!;
            if (HeldBytes <= _budgetBytes && largest.HeldBytes <= MostBlockBytes)
            {
                return;
            }

            // Memory without rows goes first: what waits then makes larger row groups.
            Write(_partitions.Values.Where(partition => partition.Waiting == 0 && partition.HeldBytes > 0)
                .MaxBy(partition => partition.HeldBytes) ?? largest, keepMemory: false);
        }
    }
}
