using System.Globalization;
using Signals.Parquet.Layout;

namespace Signals.Parquet.Writing;

/// <summary>The events of one stretch of time: those that wait, and the files that hold the others. Thread contract: one thread.</summary>
/// <remarks>Lifetime: until disposed; the files are given away before.</remarks>
internal sealed class Partition(TimePartition time, string folder, int worker, TableShape shape) : IDisposable
{
    private readonly List<PartFile> _files = [];
    private RowBlock? _rows;

    /// <summary>The first millisecond.</summary>
    public long FromMs => time.FromMs;

    /// <summary>The millisecond after the last.</summary>
    public long ToMs => time.ToMs;

    /// <summary>The rows that wait.</summary>
    public RowBlock Rows => _rows ??= new RowBlock(shape.Types);

    /// <summary>The number of rows that wait.</summary>
    public int Waiting => _rows?.Count ?? 0;

    /// <summary>Bytes of memory of the rows that wait.</summary>
    public long HeldBytes => _rows?.HeldBytes ?? 0;

    /// <summary>Whether a file is open.</summary>
    public bool IsOpen => _files.Count > 0 && _files[^1].IsOpen;

    /// <summary>When a row group was written last; greater is later.</summary>
    public long LastWrite { get; private set; }

    /// <summary>Writes the rows that wait as a row group.</summary>
    /// <param name="scratch">Room to work in.</param>
    /// <param name="now">The number of this write.</param>
    /// <param name="keepMemory">Whether more rows are expected soon.</param>
    public void Write(WriteScratch scratch, long now, bool keepMemory)
    {
        if (Waiting > 0)
        {
            if (!IsOpen)
            {
                string number = _files.Count == 0 ? "" : "-" + _files.Count.ToString(CultureInfo.InvariantCulture);
                string name = string.Create(CultureInfo.InvariantCulture, $"part-{worker:D5}{number}{LakeFormat.Extension}");
                _files.Add(new PartFile(Path.Combine(folder, time.Folder, name), shape.File));
            }

            shape.Write(_files[^1], _rows!, scratch);
            _rows!.Clear();
            LastWrite = now;
        }

        if (!keepMemory)
        {
            _rows?.Dispose();
            _rows = null;
        }
    }

    /// <summary>Completes the open file. Later rows go into another one.</summary>
    public void CompleteFile()
    {
        if (IsOpen)
        {
            _files[^1].Complete();
        }
    }

    /// <summary>Gives away the complete files; the caller owns them.</summary>
    public IReadOnlyList<PartFile> Take()
    {
        PartFile[] files = [.. _files];
        _files.Clear();
        return files;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows?.Dispose();
        _files.ForEach(file => file.Dispose());
    }
}
