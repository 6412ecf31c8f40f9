using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Storage.Entities;
using Signals.Storage.FileSystem;

namespace Signals.Enrichment;

/// <summary>
/// Writes an entity table from entities in any order. It sorts them in the memory that it is given, and in temporary files beside
/// the target when that is not enough. When an entity is added twice, the last one counts as a whole. The same entities give the
/// same bytes, whatever the order and the memory.
/// </summary>
/// <remarks>
/// Thread contract: one thread. Nothing is at the path until <see cref="Finish"/> puts the complete file there in one atomic
/// step. A writer that is disposed before that leaves nothing behind.
/// </remarks>
public sealed class EntityTableWriter : IDisposable
{
    private const int MergeWidth = 64;

    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly EntitySchema _schema;
    private readonly EntityWriterOptions _options;
    private readonly EventBatch _rows;
    private readonly List<string> _runs = [];
    private int[] _order = [];
    private int _runNumber;
    private bool _ended;

    private EntityTableWriter(IFileSystem files, string path, EntitySchema schema, EntityWriterOptions options)
    {
        _files = files;
        _path = path;
        _schema = schema;
        _options = options;
        _rows = new EventBatch(schema.Row);
    }

    /// <summary>Number of sorted temporary files written so far.</summary>
    internal int RunCount => _runNumber;

    /// <summary>Begins a file. When it is finished it replaces the file at the path.</summary>
    public static EntityTableWriter Create(string path, EntitySchema schema, EntityWriterOptions? options = null)
    {
        return Create(FileSystems.ForThisMachine(), FileSystems.Absolute(path), schema, options ?? new EntityWriterOptions());
    }

    /// <summary>Adds an entity. Set its columns on the result.</summary>
    /// <exception cref="FileOperationException">A temporary file for sorting could not be written.</exception>
    /// <exception cref="InvalidOperationException">The writer was finished or disposed.</exception>
    public EntityRow Add(EntityKey key)
    {
        ThrowIfEnded();

        // Arrays double as they grow, so half the budget in rows is the budget in memory.
        if (_rows.Count == BatchRecordFormat.MaxRows || UsedBytes() > _options.MemoryBytes / 2)
        {
            Spill();
        }

        return new EntityRow(_rows.AddAny(default, (long)key.High, key.Low));
    }

    /// <summary>Writes the file, syncs it and puts it at its path.</summary>
    /// <returns>The number of entities in it.</returns>
    public long Finish()
    {
        ThrowIfEnded();
        long count = 0;
        if (_runs.Count == 0)
        {
            int rows = Sort();
            DurableFile.Publish(_files, _path, file => count = WriteSorted(file, rows));
        }
        else
        {
            Spill();
            while (_runs.Count > MergeWidth)
            {
                MergeOldest();
            }

            DurableFile.Publish(_files, _path, file => count = Merge(_runs, file));
        }

        Dispose();
        return count;
    }

    /// <summary>Deletes the temporary files. A writer that was not finished leaves nothing behind.</summary>
    public void Dispose()
    {
        _ended = true;
        foreach (string run in _runs)
        {
            _files.Delete(run);
        }

        _runs.Clear();
        _rows.Clear();
    }

    internal static EntityTableWriter Create(IFileSystem files, string path, EntitySchema schema, EntityWriterOptions options)
    {
        ArgumentNullException.ThrowIfNull(schema);
        options.Validate();
        if (files.DirectoryExists(path) || (files.FileExists(path) && !OwnContent.IsIn(files, path)))
        {
            throw new FileOperationException(
                "create", path, "the path holds something that is not an entity table and is not replaced; choose another path");
        }

        return new EntityTableWriter(files, path, schema, options);
    }

    private long UsedBytes()
    {
        long used = (long)_rows.Count * (4 * sizeof(ulong) + sizeof(int));
        foreach (ColumnBuffer column in _rows.Rows.Columns)
        {
            used += column.Values.Length + column.Count + (sizeof(int) * column.Ends.Length);
        }

        return used;
    }

    /// <summary>Orders the rows in memory by key and keeps the last row of each key.</summary>
    private int Sort()
    {
        RowBuffer rows = _rows.Rows;
        rows.FillAbsent();
        if (_order.Length < rows.Count)
        {
            _order = new int[rows.Count];
        }

        for (int i = 0; i < rows.Count; i++)
        {
            _order[i] = i;
        }

        _order.AsSpan(0, rows.Count).Sort((a, b) =>
        {
            int order = Compare(rows, a, rows, b);
            return order != 0 ? order : a.CompareTo(b);
        });
        int count = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            if (i + 1 == rows.Count || Compare(rows, _order[i], rows, _order[i + 1]) != 0)
            {
                _order[count++] = _order[i];
            }
        }

        return count;
    }

    private void Spill()
    {
        if (_rows.Count == 0)
        {
            return;
        }

        int rows = Sort();
        WriteRun(file => WriteSorted(file, rows), at: _runs.Count);
        _rows.Clear();
    }

    // The merged run takes the place of the oldest runs, so that later runs still win.
    private void MergeOldest()
    {
        string[] oldest = [.. _runs.Take(MergeWidth)];
        WriteRun(file => Merge(oldest, file), at: 0);
        foreach (string run in oldest)
        {
            _files.Delete(run);
            _runs.Remove(run);
        }
    }

    private void WriteRun(Action<IFile> write, int at)
    {
        string path = OwnContent.FreeTemporary(
            _files, FormattableString.Invariant($"{_path}.run{++_runNumber}{DurableFile.TemporarySuffix}"));
        using IFile file = _files.Open(path, FileOpenMode.CreateNew);
        _runs.Insert(at, path);
        write(file);
    }

    private long WriteSorted(IFile file, int rows)
    {
        EntityFileWriter writer = NewWriter(file);
        foreach (int row in _order.AsSpan(0, rows))
        {
            writer.Append(_rows.Rows, row);
        }

        writer.Finish();
        return writer.Rows;
    }

    private long Merge(IReadOnlyList<string> runs, IFile file)
    {
        EntityFileWriter writer = NewWriter(file);
        List<EntityCursor> cursors = [];
        try
        {
            foreach (string run in runs)
            {
                cursors.Add(new EntityCursor(_files.Open(run, FileOpenMode.Read)));
            }

            PriorityQueue<int, EntityOrder> next = new();
            for (int i = 0; i < cursors.Count; i++)
            {
                next.Enqueue(i, cursors[i].Order(i));
            }

            while (next.TryDequeue(out int newest, out EntityOrder order))
            {
                writer.Append(cursors[newest].Block, cursors[newest].Row);
                Advance(newest);
                while (next.TryPeek(out int older, out EntityOrder same) && same.HasKeyOf(order))
                {
                    next.Dequeue();
                    Advance(older);
                }
            }

            writer.Finish();
            return writer.Rows;

            void Advance(int cursor)
            {
                if (cursors[cursor].MoveNext())
                {
                    next.Enqueue(cursor, cursors[cursor].Order(cursor));
                }
            }
        }
        finally
        {
            cursors.ForEach(cursor => cursor.Dispose());
        }
    }

    private EntityFileWriter NewWriter(IFile file) => new(file, _schema, _options.Version, _options.BlockBytes);

    private static int Compare(RowBuffer left, int a, RowBuffer right, int b) =>
        EntityKey.Compare((ulong)left.Times[a], left.Ids[a], (ulong)right.Times[b], right.Ids[b]);

    private void ThrowIfEnded()
    {
        if (_ended)
        {
            throw new InvalidOperationException($"The writer of '{_path}' was finished or disposed; create a new one.");
        }
    }
}
