using Signals.Core.Columns;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Engine;

/// <summary>Runs made outside of a store, as parts of a segment file in its folder, for it to attach.</summary>
/// <param name="files">The store's file system.</param>
/// <param name="store">The store.</param>
/// <param name="options">How parts are cut into blocks.</param>
/// <param name="folder">The store's folder.</param>
internal sealed class AttachedRuns(
    IFileSystem files, SignalStore store, TableOptions options, string folder = TestStores.Folder) : IDisposable
{
    private readonly ulong _number = store.Engine.Numbers.Next();
    private readonly List<TableMeta> _parts = [];
    private IFile? _file;
    private long _end;

    /// <summary>When the runs count as imported; now, unless the test says otherwise.</summary>
    public long ImportedMs { get; init; } = store.Engine.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Name of the segment file.</summary>
    public string Name => StoreFiles.Segment(_number);

    /// <summary>Adds rows, in table order and of any windows; a part for each window.</summary>
    public AttachedRuns Add(EventTypeSchema type, RunKind kind, SortedDictionary<UserId, RowBuffer> users)
    {
        _file ??= files.Open(Path.Combine(folder, Name), FileOpenMode.CreateNew);
        SortedSet<long> windows = [];
        foreach (long time in users.Values.SelectMany(rows => rows.Times.ToArray()))
        {
            windows.Add(TimeWindow.StartOf(time, type.Window));
        }

        foreach (long window in windows)
        {
            AddPart(type, kind, users, window);
        }

        return this;
    }

    /// <summary>Makes the file durable and the runs visible.</summary>
    public void Attach()
    {
        Save();
        Attach(store, _parts);
    }

    /// <summary>Makes runs visible whose files are durable: all or none.</summary>
    public static void Attach(SignalStore store, IReadOnlyList<TableMeta> runs)
    {
        VersionEdit edit = new();
        edit.AddedTables.AddRange(runs);
        store.Engine.Committer.Commit(edit, (current, version) => current.WithTables(version));
        foreach (TableMeta run in runs)
        {
            store.Engine.Watermarks.Raise(run.EventType, run.NewestInserted);
        }
    }

    /// <summary>Makes the file durable.</summary>
    public IReadOnlyList<TableMeta> Save()
    {
        _file!.Sync();
        files.SyncDirectory(folder);
        Dispose();
        return _parts;
    }

    public void Dispose() => _file?.Dispose();

    private void AddPart(EventTypeSchema type, RunKind kind, SortedDictionary<UserId, RowBuffer> users, long window)
    {
        RowStamps stamps = users.First().Value.Stamps;
        ulong identity = (_number << 8) + (ulong)_parts.Count + 1;

        // A part knows its columns alone; which event type and which ids they are is known where it is attached.
        EventTypeSchema written = new(type.Name, 0, type.Columns, type.KeepLast, type.MaxAge, type.Window, isWindowDeclared: true);
        using TableWriter writer = new(
            _file!, _end, identity, written, window, options, new RowDefaults(kind, stamps.DefaultStamp, stamps.Parts));
        foreach ((UserId user, RowBuffer rows) in users)
        {
            int start = 0;
            while (start < rows.Count && TimeWindow.StartOf(rows.Times[start], type.Window) > window)
            {
                start++;
            }

            int end = start;
            while (end < rows.Count && TimeWindow.StartOf(rows.Times[end], type.Window) == window)
            {
                end++;
            }

            if (end > start)
            {
                writer.Add(user, rows, start, end - start);
            }
        }

        TableMeta part = writer.Finish() with
        {
            Number = store.Engine.Numbers.Next(),
            EventType = type.Id,
            SegmentFile = _number,
            SegmentOffset = _end,
            ImportedMs = ImportedMs,
            ColumnIds = [.. Enumerable.Range(0, type.Columns.Count).Select(id => (ushort)id)],
        };
        _end += part.FileLength;
        _parts.Add(part);
    }
}
