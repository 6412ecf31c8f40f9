using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>
/// The tables that a flush writes of one event type, one per window, at most <see cref="MostOpen"/> at once. Rows of the
/// windows beyond are passed over and noted; the flush goes through its rows again for the next of these, until none is left.
/// So events of any number of windows, as a backfill or wrong dates bring, cost a bounded number of files and buffers.
/// </summary>
/// <remarks>
/// Thread contract: one thread. Invariant: a window is written in one sweep, whole. Lifetime: one event type of one flush;
/// disposed, it deletes what is not finished.
/// </remarks>
internal sealed class WindowWriters(
    IFileSystem files, string directory, FileNumbers numbers, EventTypeSchema type, TableOptions options) : IDisposable
{
    /// <summary>Most tables under construction at once.</summary>
    public const int MostOpen = 64;

    private readonly SortedDictionary<long, TableWriter> _open = [];
    private readonly HashSet<long> _due = [];
    private readonly SortedSet<long> _later = [];

    /// <summary>In the first sweep, which sees every window, the first windows that come are written and all others noted.</summary>
    public bool IsFirstSweep { get; private set; } = true;

    /// <summary>No window of this sweep starts earlier.</summary>
    public long Oldest { get; private set; } = long.MinValue;

    /// <summary>No window of this sweep starts later.</summary>
    public long Newest { get; private set; } = long.MaxValue;

    /// <summary>The table of a window; null when it is written in another sweep.</summary>
    public TableWriter? Find(long window)
    {
        if (_open.TryGetValue(window, out TableWriter? writer))
        {
            return writer;
        }

        if (IsFirstSweep ? _open.Count == MostOpen : !_due.Contains(window))
        {
            if (IsFirstSweep)
            {
                _later.Add(window);
            }

            return null;
        }

        ulong number = numbers.Next();
        writer = new TableWriter(files, Path.Combine(directory, StoreFiles.Table(number)), number, type, window, options);
        _open.Add(window, writer);
        return writer;
    }

    /// <summary>Finishes the tables of this sweep; true when another is needed.</summary>
    public bool FinishSweep(List<TableMeta> tables)
    {
        foreach (TableWriter writer in _open.Values)
        {
            tables.Add(writer.Finish());
        }

        Dispose();
        IsFirstSweep = false;
        _due.Clear();
        _due.UnionWith(_later.Take(MostOpen));
        if (_due.Count == 0)
        {
            return false;
        }

        Oldest = _later.Min;
        Newest = _due.Max();
        _later.ExceptWith(_due);
        return true;
    }

    public void Dispose()
    {
        foreach (TableWriter writer in _open.Values)
        {
            writer.Dispose();
        }

        _open.Clear();
    }
}
