using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Tables;

/// <summary>
/// Writes one table file. One thread. Users are added in ascending order, each once, rows newest first. <see cref="Finish"/>
/// makes the file durable; the caller syncs the directory. Disposed without it, the partial file is deleted.
/// </summary>
internal sealed class TableWriter : IDisposable
{
    private readonly IFileSystem _fileSystem;
    private readonly string _path;
    private readonly ulong _number;
    private readonly ushort _eventType;
    private readonly long _windowStart;
    private readonly TableLayout _layout;
    private readonly BlockCut _cut;
    private readonly BlockEncoder _encoder;
    private readonly TableOutput _output;
    private readonly TableDirectoryBuilder _directory = new();
    private readonly List<uint> _index = [];
    private readonly RowBuffer _pending;
    private long _pendingBytes;
    private int _blocks;
    private long _rows;
    private long _minTime = long.MaxValue;
    private long _maxTime = long.MinValue;
    private bool _finished;

    /// <summary>Creates the file.</summary>
    public TableWriter(
        IFileSystem fileSystem, string path, ulong number, EventTypeSchema schema, long windowStart, TableOptions options)
    {
        _fileSystem = fileSystem;
        _path = path;
        _number = number;
        _eventType = schema.Id;
        _windowStart = windowStart;
        ColumnType[] types = [.. schema.Columns.Select(column => column.Type)];
        _layout = new TableLayout(types);
        _cut = new BlockCut(_layout, options);
        _encoder = new BlockEncoder(_layout, number, options.Compress);
        _pending = new RowBuffer(types, 1024);
        _output = new TableOutput(fileSystem.Open(path, FileOpenMode.CreateNew), number);
        _output.Append(TableFooter.EncodeHeader(number));
        _output.BeginSection();
    }

    /// <summary>Users so far.</summary>
    public int Users => _directory.Users;

    /// <summary>Adds all rows of a user: time descending, then id ascending, no identity twice.</summary>
    public void Add(UserId user, RowBuffer rows, int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (_directory.Users > 0 && user <= _directory.LastUser)
        {
            throw new InvalidOperationException($"User {user} was added after user {_directory.LastUser}; users must ascend.");
        }

        if (_rows + count > int.MaxValue)
        {
            throw new InvalidOperationException($"A table holds at most {int.MaxValue} rows.");
        }

        AssertOrder(rows, start, count);
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

    /// <summary>Writes directory, index and footer, syncs and closes the file.</summary>
    /// <exception cref="InvalidOperationException">No user was added, or the table is finished.</exception>
    public TableMeta Finish()
    {
        if (_finished || _rows == 0)
        {
            throw new InvalidOperationException(_finished ? "The table is finished." : "A table holds at least one row.");
        }

        if (_pending.Count > 0)
        {
            FlushBlock();
        }

        TableFooter footer = new()
        {
            Number = _number,
            EventType = _eventType,
            Columns = (ushort)_layout.Columns,
            Users = _directory.Users,
            Rows = (int)_rows,
            WindowStart = _windowStart,
            MinTime = _minTime,
            MaxTime = _maxTime,
            Sections =
            [
                _output.EndSection(TableFormat.BlocksSection),
                WriteSection(TableFormat.ColumnsSection, TableColumns.Encode(_layout)),
                WriteSection(TableFormat.DirectorySection, _directory.Encode()),
                WriteSection(TableFormat.IndexSection, EncodeIndex()),
            ],
        };
        _output.Append(footer.Encode(_output.Offset, out uint checksum));
        _output.Sync();
        _output.Dispose();
        _finished = true;
        return new TableMeta
        {
            Number = _number,
            EventType = _eventType,
            WindowStart = _windowStart,
            MinTime = _minTime,
            MaxTime = _maxTime,
            Rows = _rows,
            Users = _directory.Users,
            FileLength = _output.Offset,
            FileChecksum = checksum,
        };
    }

    /// <summary>Deletes the file unless it is finished.</summary>
    public void Dispose()
    {
        if (_finished)
        {
            return;
        }

        _finished = true;
        _output.Dispose();
        try
        {
            _fileSystem.Delete(_path);
        }
        catch (IOException)
        {
            // The file is in no manifest: what stays behind is removed at the next open.
        }
    }

    private TableSection WriteSection(ushort tag, byte[] bytes)
    {
        _output.BeginSection();
        _output.Append(bytes);
        return _output.EndSection(tag);
    }

    private byte[] EncodeIndex()
    {
        byte[] section = new byte[2 * sizeof(uint) + sizeof(uint) * _index.Count];
        BinaryPrimitives.WriteInt32LittleEndian(section, _blocks);
        BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(sizeof(uint)), _layout.Chunks);
        Span<byte> to = section.AsSpan(2 * sizeof(uint));
        foreach (uint value in CollectionsMarshal.AsSpan(_index))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to, value);
            to = to[sizeof(uint)..];
        }

        return section;
    }

    private void FlushBlock()
    {
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
                "rows of a user go by time descending, then id ascending, without repetition");
        }
    }
}
