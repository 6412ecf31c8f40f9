using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// Reads a run of patches from start to end, several users at once: as many as fit a bound of rows and of memory, and at least one. Thread
/// contract: one thread, used once. The table must stay open meanwhile.
/// </summary>
internal sealed class PatchBatches
{
    private const int BytesAtOnce = 256 << 10; // about a block; a user with more comes alone

    private readonly TableCursor _cursor;
    private readonly TableMeta _meta;
    private readonly double _storedPerRow;
    private readonly int _bytesPerRow; // of rows as they are read; 0 if they differ
    private readonly int _mostRows;
    private readonly List<(UserId User, int Rows)> _users = [];
    private bool _hasMore;

    /// <summary>Begins before the first user of a run.</summary>
    public PatchBatches(Table run, EventTypeSchema type, int mostRows)
    {
        _meta = run.Meta;
        _storedPerRow = (double)_meta.TotalLength / _meta.Rows;
        _bytesPerRow = BytesPerRow(run, type);
        _mostRows = _bytesPerRow == 0 ? mostRows : Math.Min(mostRows, BytesAtOnce / _bytesPerRow);
        _cursor = run.CreateCursor();
        _hasMore = _cursor.MoveNext();
    }

    /// <summary>The users of the batch, with how many rows each has, in the order of the rows.</summary>
    public ReadOnlySpan<(UserId User, int Rows)> Users => CollectionsMarshal.AsSpan(_users);

    /// <summary>The number in the run of the batch's first row.</summary>
    public long FirstRow { get; private set; }

    /// <summary>Stored bytes of the run up to the end of the batch, about.</summary>
    public long BytesPassed { get; private set; }

    /// <summary>Reads the next batch. False when there is none.</summary>
    /// <param name="rows">Receives its rows, and nothing else.</param>
    /// <exception cref="UserLimitException">A user has more than fits memory.</exception>
    [MethodImpl(Compile.InFull)]
    public bool MoveNext(RowBuffer rows)
    {
        rows.Clear();
        _users.Clear();
        if (!_hasMore)
        {
            return false;
        }

        FirstRow = _cursor.Rows.FirstRow;
        long count = 0;
        do
        {
            if (_bytesPerRow == 0)
            {
                Read(rows, FirstRow + count, _cursor.Count);
            }

            _users.Add((_cursor.User, _cursor.Count));
            count += _cursor.Count;
            _hasMore = _cursor.MoveNext();
        }
        while (_hasMore && count + _cursor.Count <= _mostRows && (_bytesPerRow > 0 || rows.UsedBytes < BytesAtOnce));

        if (_bytesPerRow > 0)
        {
            Read(rows, FirstRow, count);
        }

        BytesPassed = (long)((FirstRow + count) * _storedPerRow);
        return true;
    }

    [MethodImpl(Compile.InFull)]
    private void Read(RowBuffer rows, long first, long count)
    {
        try
        {
            _cursor.AppendTo(rows, first, count);
        }
        catch (BufferLimitException limit)
        {
            throw new UserLimitException(_meta.Number, limit.Message, limit);
        }
    }

    // Of rows that are not encoded, with times, ids and what else a row has.
    private static int BytesPerRow(Table run, EventTypeSchema type)
    {
        const int KeyBytes = 32;
        const int StampBytes = 16;
        int bytes = KeyBytes;
        foreach (ushort column in run.StoredColumns())
        {
            ColumnType stored = type.Columns[column].Type;
            if (stored.IsVariable)
            {
                return 0;
            }

            bytes += StampBytes + stored.Width;
        }

        return bytes;
    }
}
