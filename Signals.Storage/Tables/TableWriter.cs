using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// Writes one table. Users are added in ascending order, each once, with their rows newest first. A table that is a file of its
/// own is durable when <see cref="Finish"/> returns; the caller syncs the directory. When the writer is disposed without that,
/// the partial file is deleted. A table that becomes part of a larger file is only written: the owner of that file syncs, closes
/// and deletes it. Thread contract: one thread. Its memory is native; <see cref="Finish"/> and <see cref="Dispose"/> give it back.
/// </summary>
internal sealed class TableWriter : IDisposable
{
    private readonly IFileSystem? _fileSystem;
    private readonly IFile _file;
    private readonly ulong _identity;
    private readonly ushort _eventType;
    private readonly long? _windowStart;
    private readonly TimeSpan _window;
    private readonly TableLayout _layout;
    private readonly BlockCut _cut;
    private readonly BlockEncoder _encoder;
    private readonly TableOutput _output;
    private readonly TableLimits _limits;
    private readonly OwnedMemory _memory = new();
    private readonly TableDirectoryBuilder _directory;
    private readonly NativeList<uint> _index;
    private readonly RowBuffer _pending;
    private long _pendingBytes;
    private int _blocks;
    private long _rows;
    private long _minTime = long.MaxValue;
    private long _maxTime = long.MinValue;
    private long _newestInserted = long.MinValue;
    private RowTraits _traits;
    private bool _finished;

    /// <summary>Creates the file of a new table.</summary>
    /// <param name="fileSystem">The file system.</param>
    /// <param name="path">The path of the new file.</param>
    /// <param name="number">The number of the table.</param>
    /// <param name="schema">The schema of the event type.</param>
    /// <param name="windowStart">The start of the window of the oldest row; null to take it from the rows.</param>
    /// <param name="options">How rows are divided into blocks.</param>
    /// <param name="defaults">What holds for all rows; null for streamed events.</param>
    public TableWriter(
        IFileSystem fileSystem,
        string path,
        ulong number,
        EventTypeSchema schema,
        long? windowStart,
        TableOptions options,
        RowDefaults? defaults = null)
        : this(fileSystem.Open(path, FileOpenMode.CreateNew), 0, number, schema, windowStart, options, defaults ?? RowDefaults.Streamed)
    {
        _fileSystem = fileSystem;
    }

    /// <summary>Writes a table into a file that is open already, from <paramref name="start"/> on.</summary>
    /// <param name="file">The file, which this writer does not own.</param>
    /// <param name="start">The offset at which the table starts. The bytes of the table do not depend on it.</param>
    /// <param name="identity">
    /// The number that every checksum includes, so that the parts of a file cannot be mistaken for one another.
    /// </param>
    /// <param name="schema">The schema of the event type.</param>
    /// <param name="windowStart">The start of the window of the oldest row; null to take it from the rows.</param>
    /// <param name="options">How rows are divided into blocks.</param>
    /// <param name="defaults">What holds for all rows.</param>
    public TableWriter(
        IFile file, long start, ulong identity, EventTypeSchema schema, long? windowStart, TableOptions options, RowDefaults defaults)
    {
        if (!defaults.IsValid)
        {
            throw new ArgumentException($"The kind, stamp and parts of {defaults} do not fit together.", nameof(defaults));
        }

        _file = file;
        _identity = identity;
        _eventType = schema.Id;
        _windowStart = windowStart;
        _window = schema.Window;
        _limits = options.Limits;
        ColumnType[] types = [.. schema.Columns.Select(column => column.Type)];
        _layout = new TableLayout(types, defaults);
        _cut = new BlockCut(_layout, options);
        _directory = new TableDirectoryBuilder(_memory);
        _index = new NativeList<uint>(_memory);
        _encoder = new BlockEncoder(_layout, identity, options, _memory);
        _pending = new RowBuffer(types, defaults.Stamp, defaults.Parts, memory: _memory);
        _output = new TableOutput(file, start, identity, _memory);
        _output.Append(TableFormat.Envelope.EncodeHeader(identity, defaults.CriticalFlags));
        _output.BeginSection();
    }

    private long WindowStart => _windowStart ?? TimeWindow.StartOf(_minTime, _window);

    /// <summary>The number of users so far.</summary>
    public int Users => _directory.Users;

    /// <summary>Whether the next user may come, with so many rows; the first always may, as nothing else would take it.</summary>
    [MethodImpl(Compile.InFull)]
    public bool HasRoomFor(int rows) => Users == 0
        || (Users < _limits.Users && _rows + rows <= _limits.Rows && _output.Offset < _limits.Bytes && _index.Count < _limits.IndexEntries);

    /// <summary>Adds all rows of a user: time descending, then id ascending, no identity twice.</summary>
    /// <exception cref="TableLimitException">The format of a table holds no more rows, users or blocks.</exception>
    [MethodImpl(Compile.InFull)]
    public void Add(UserId user, RowBuffer rows, int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (_directory.Users > 0 && user <= _directory.LastUser)
        {
            throw new InvalidOperationException($"User {user} was added after user {_directory.LastUser}; users must ascend.");
        }

        if (_rows + count > int.MaxValue)
        {
            throw new TableLimitException(
                $"A table holds at most {int.MaxValue} rows; this one has {_rows}, and user {user} has {count} more.");
        }

        RequireStamps(rows.Stamps);
        AssertOrder(rows, start, count);
        UpdateExistence(rows, start, count);
        long newest = rows.Times[start];
        long oldest = rows.Times[start + count - 1];
        _directory.Add(user, count, newest, oldest);
        _maxTime = Math.Max(_maxTime, newest);
        _minTime = Math.Min(_minTime, oldest);
        _rows += count;
        while (count > 0)
        {
            int take = _cut.RowsThatFit(rows, start, count, _pending.Count, _pendingBytes);
            if (take < count && _pending.Count > 0)
            {
                FlushBlock();
                continue;
            }

            _pending.AppendRows(rows, start, take);
            _pendingBytes += _cut.ByteCount(rows, start, take);
            start += take;
            count -= take;
            if (count > 0)
            {
                FlushBlock();
            }
        }
    }

    /// <summary>Writes directory, index and footer. If the table is a file of its own, syncs and closes the file.</summary>
    /// <returns>
    /// What a manifest records about the table. For a part of a segment, the number and offset of the segment file are missing.
    /// </returns>
    /// <exception cref="InvalidOperationException">No user was added, or the table is finished.</exception>
    public TableMeta Finish()
    {
        if (_finished || _rows == 0)
        {
            throw new InvalidOperationException(
                _finished ? "The table is finished already." : "A table must have at least one row; add a user first.");
        }

        if (_pending.Count > 0)
        {
            FlushBlock();
        }

        TableFooter footer = new()
        {
            Identity = _identity,
            EventType = _fileSystem is null ? (ushort)0 : _eventType, // a part may be attached to another store
            Columns = (ushort)_layout.Columns,
            Users = _directory.Users,
            Rows = (int)_rows,
            WindowStart = WindowStart,
            MinTime = _minTime,
            MaxTime = _maxTime,
            NewestInserted = _newestInserted,
            Defaults = _layout.Defaults,
            Traits = _traits,
            Sections =
            [
                _output.EndSection(TableFormat.BlocksSection),
                WriteSection(TableFormat.ColumnsSection, TableColumns.Encode(_layout)),
                .. WriteDirectory(),
                WriteIndex(),
                .. WriteFilter(),
            ],
        };
        _output.Append(footer.Encode(_output.Offset, out uint checksum));
        _output.Flush();
        if (_fileSystem is not null)
        {
            _file.Sync();
            _file.Dispose();
        }

        _memory.Dispose();
        _finished = true;
        return Describe(checksum);
    }

    /// <summary>Deletes the file of the table unless the table is finished or is part of a larger file.</summary>
    public void Dispose()
    {
        if (_finished)
        {
            return;
        }

        _finished = true;
        _memory.Dispose();
        if (_fileSystem is null)
        {
            return;
        }

        _file.Dispose();
        try
        {
            _fileSystem.Delete(_file.Path);
        }
        catch (FileOperationException)
        {
            // No manifest names the file, so it is deleted when the store is opened the next time.
        }
    }

    private TableMeta Describe(uint checksum) => new()
    {
        Number = _fileSystem is null ? 0 : _identity,
        PartIdentity = _fileSystem is null ? _identity : 0,
        EventType = _eventType,
        WindowStart = WindowStart,
        MinTime = _minTime,
        MaxTime = _maxTime,
        Rows = _rows,
        Users = _directory.Users,
        FileLength = _output.Offset,
        FileChecksum = checksum,
        Kind = _layout.Defaults.Kind,
        Stamp = _layout.Defaults.Stamp,
        Traits = _traits,
        NewestInserted = _newestInserted,
        ColumnIds = _fileSystem is null ? [.. Enumerable.Range(0, _layout.Columns).Select(column => (ushort)column)] : null,
    };

    [MethodImpl(Compile.InFull)]
    private void RequireStamps(RowStamps rows)
    {
        if (rows.DefaultStamp != _layout.Defaults.Stamp || (rows.Parts & ~_layout.Defaults.Parts) != StampParts.None)
        {
            throw new ArgumentException(
                $"Rows with the stamp {rows.DefaultStamp} and the individual stamps {rows.Parts} do not fit a table of run "
                    + $"{_layout.Defaults}.",
                nameof(rows));
        }
    }

    // The rows are ordered by time descending, so the first inserted row is the newest. Without individual stamps one row is
    // enough.
    [MethodImpl(Compile.InFull)]
    private void UpdateExistence(RowBuffer rows, int start, int count)
    {
        if (_layout.Defaults.Kind == RunKind.Patches)
        {
            return;
        }

        for (int row = start; row < start + count; row++)
        {
            if (rows.Stamps.InsertedOf(row) > 0)
            {
                _newestInserted = Math.Max(_newestInserted, rows.Times[row]);
            }
            else
            {
                _traits |= RowTraits.NeverInserted;
            }

            _traits |= rows.Stamps.RetractedOf(row) > 0 ? RowTraits.Retracted : RowTraits.None;
            if (!rows.Stamps.HasExistence)
            {
                return;
            }
        }
    }

    private TableSection[] WriteDirectory()
    {
        if (!_directory.IsInPages)
        {
            return [WriteSection(TableFormat.DirectorySection, _directory.Encode())];
        }

        _output.BeginSection();
        _directory.WritePages(_output, _identity);
        TableSection pages = _output.EndSection(TableFormat.DirectoryPagesSection);
        _output.BeginSection();
        _directory.WriteIndex(_output);
        return [pages, _output.EndSection(TableFormat.DirectorySection)];
    }

    // A directory in one piece is in memory as a whole, so the reader builds its filter.
    private TableSection[] WriteFilter()
    {
        if (!_directory.IsInPages)
        {
            return [];
        }

        _output.BeginSection();
        _directory.WriteFilter(_output);
        return [_output.EndSection(TableFormat.UserFilterSection, flags: 0)];
    }

    private TableSection WriteSection(ushort tag, byte[] bytes)
    {
        _output.BeginSection();
        _output.Append(bytes);
        return _output.EndSection(tag);
    }

    private TableSection WriteIndex()
    {
        _output.BeginSection();
        int length = 2 * sizeof(uint) + sizeof(uint) * _index.Count;
        Span<byte> section = _output.Reserve(length);
        BinaryPrimitives.WriteInt32LittleEndian(section, _blocks);
        BinaryPrimitives.WriteInt32LittleEndian(section[sizeof(uint)..], _layout.Positions);
        Span<byte> to = section[(2 * sizeof(uint))..];
        foreach (uint value in _index.Span)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to, value);
            to = to[sizeof(uint)..];
        }

        _output.Commit(length);
        return _output.EndSection(TableFormat.IndexSection);
    }

    private void FlushBlock()
    {
        if (_index.Count > TableLimits.MostIndexEntries)
        {
            throw new TableLimitException(
                $"The index of a table holds at most {TableLimits.MostIndexEntries} entries; "
                    + $"with {_layout.Positions} chunks a block that is {_blocks} blocks.");
        }

        _encoder.Encode(_pending, _output, _index);
        _blocks++;
        _pending.Clear();
        _pendingBytes = 0;
    }

    [Conditional("DEBUG")]
    private static void AssertOrder(RowBuffer rows, int start, int count)
    {
        for (int i = start + 1; i < start + count; i++)
        {
            Debug.Assert(
                rows.Times[i - 1] > rows.Times[i] || (rows.Times[i - 1] == rows.Times[i] && rows.Ids[i - 1] < rows.Ids[i]),
                "The rows of a user must be ordered by time descending, then id ascending, without repetition.");
        }
    }
}
