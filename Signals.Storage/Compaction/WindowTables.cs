using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>
/// The tables of one event type that a flush or a merge writes: one for each part of time that has rows, and further ones where
/// the <see cref="TableLimits"/> ask for them; each further table holds the users after those of the one before. At most
/// <see cref="WindowCut.MostTables"/> are open at a time. Thread contract: one thread, used once. A file is made when its first
/// row is added. All files are synced when <see cref="Finish"/> returns; if this is disposed before that, no file is left.
/// </summary>
/// <param name="target">Where the tables are written.</param>
/// <param name="defaults">What all rows have in common.</param>
/// <param name="starts">Starts of all parts but the first, ascending; see <see cref="WindowCut"/>.</param>
internal sealed class WindowTables(MergeTarget target, RowDefaults defaults, long[] starts) : IDisposable
{
    private readonly TableWriter?[] _writers = new TableWriter?[starts.Length + 1];
    private readonly List<TableMeta> _finished = [];
    private readonly List<ulong> _numbers = [];
    private bool _done;

    /// <summary>Adds rows of a user, newest first. Users must ascend.</summary>
    [MethodImpl(Compile.InFull)]
    public void Add(UserId user, RowBuffer rows, int start, int count)
    {
        ReadOnlySpan<long> times = rows.Times.Slice(start, count);
        for (int at = 0; at < count;)
        {
            int part = PartOf(times[at]);
            int end = count;
            if (part > 0 && times[^1] < starts[part - 1])
            {
                end = at + 1;
                while (times[end] >= starts[part - 1])
                {
                    end++;
                }
            }

            WriterOf(part, end - at).Add(user, rows, start + at, end - at);
            at = end;
        }
    }

    /// <summary>
    /// Finishes the tables; returns none when no row was added. The tables that were full before come first, then the others by
    /// part of time, oldest first.
    /// </summary>
    public List<TableMeta> Finish()
    {
        foreach (TableWriter? writer in _writers)
        {
            if (writer is not null)
            {
                _finished.Add(writer.Finish());
            }
        }

        _done = true;
        return _finished;
    }

    /// <summary>Deletes the files unless all were finished.</summary>
    public void Dispose()
    {
        if (_done)
        {
            return;
        }

        _done = true;
        foreach (TableWriter? writer in _writers)
        {
            writer?.Dispose();
        }

        target.Discard(_numbers.Select(StoreFiles.Table));
    }

    [MethodImpl(Compile.InFull)]
    private int PartOf(long time)
    {
        int found = starts.AsSpan().BinarySearch(time);
        if (found >= 0 && PlantedBugs.Has(PlantedBugs.BoundaryInThePartBefore))
        {
            return found;
        }

        return found >= 0 ? found + 1 : ~found;
    }

    [MethodImpl(Compile.InFull)]
    private TableWriter WriterOf(int part, int rows)
    {
        if (_writers[part] is { } open)
        {
            if (open.HasRoomFor(rows))
            {
                return open;
            }

            _finished.Add(open.Finish());
            _writers[part] = null;
        }

        ulong number = target.NextNumber();
        _numbers.Add(number);
        string path = target.Folder.Table(number);
        return _writers[part] = new TableWriter(
            target.Folder.Files, path, number, target.Type, windowStart: null, target.Options, defaults);
    }
}
