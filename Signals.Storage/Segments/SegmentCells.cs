using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Ingest;
using Signals.Core.Model;

namespace Signals.Storage.Segments;

/// <summary>
/// The cells of one column for many rows of a segment, checked and as bytes. Thread contract: one thread. Lives as long as the values that
/// it was made of.
/// </summary>
internal readonly ref struct SegmentCells
{
    // Between two looks at the memory budget.
    private const int BytesAtOnce = 64 << 10;
    private const int KeyBytes = 64;

    private readonly string _name;
    private readonly int _column;
    private readonly int _width;
    private readonly ReadOnlySpan<byte> _values;

    private SegmentCells(string name, int column, int width, ReadOnlySpan<byte> values)
    {
        _name = name;
        _column = column;
        _width = width;
        _values = values;
    }

    /// <summary>The cells of a column of the segment's event type.</summary>
    /// <exception cref="ArgumentException">The event type has no such column.</exception>
    public static SegmentCells Of<T>(EventTypeSchema type, Column<T> column, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        int index = ReferenceEquals(column.EventType, type) ? column.Index
            : column.EventType is null ? -1
            : new ForeignColumns(column.EventType, type).Find(column.Index);
        if (index < 0)
        {
            throw new ArgumentException(
                $"Event type '{type.Name}' has no column with the name and type of this one. Take the column from the event type that "
                + "the segment was begun with.",
                nameof(column));
        }

        return new SegmentCells(type.Columns[index].Name, index, type.Columns[index].Type.Width, BytesOf(values));
    }

    /// <summary>Requires one time, id and value for each user, and times that a segment takes.</summary>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time is out of range.</exception>
    [MethodImpl(Compile.InFull)]
    public void RequireOneEach(ReadOnlySpan<UserId> users, ReadOnlySpan<long> timesMs, ReadOnlySpan<ulong> ids)
    {
        if (timesMs.Length != users.Length || ids.Length != users.Length || _values.Length != (long)users.Length * _width)
        {
            throw new ArgumentException(
                $"There are {users.Length} users, {timesMs.Length} times, {ids.Length} ids and {_values.Length} bytes of values of "
                + $"'{_name}', which take {_width} bytes each. Give one of each for every event.",
                nameof(users));
        }

        EventTimeRange taken = EventTimeRange.Widest;
        for (int i = 0; i < timesMs.Length; i++)
        {
            if (!taken.Holds(timesMs[i]))
            {
                throw TimeOutOfRange(users[i], timesMs[i], ids[i]);
            }
        }
    }

    /// <summary>Adds a row of corrections for each user.</summary>
    [MethodImpl(Compile.InFull)]
    public void AddTo(
        OrderedFeed feed, SegmentSorter sorter, ReadOnlySpan<UserId> users, ReadOnlySpan<long> timesMs, ReadOnlySpan<ulong> ids)
    {
        int most = Math.Max(1, BytesAtOnce / (KeyBytes + _width));
        int count;
        for (int at = 0; at < users.Length; at += count)
        {
            feed.MakeRoom();
            count = Math.Min(Math.Min(users.Length - at, feed.Room), most);
            sorter.Batch.Add(
                users.Slice(at, count),
                timesMs.Slice(at, count),
                ids.Slice(at, count),
                RowMarks.Correct,
                _column,
                _values.Slice(at * _width, count * _width));
        }
    }

    /// <summary>The exception for the time of an event that no segment takes.</summary>
    public static ArgumentOutOfRangeException TimeOutOfRange(UserId user, long timeMs, ulong id) => new(
        nameof(timeMs),
        timeMs,
        $"The time of event {id} of user {user} is {timeMs} ms since the Unix epoch; it must lie from the year 1 to 9999.");

    // Of a boolean only whether it is 0 counts; what it is made of may be any byte.
    private static ReadOnlySpan<byte> BytesOf<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        if (typeof(T) != typeof(bool) || !bytes.ContainsAnyExcept((byte)0, (byte)1))
        {
            return bytes;
        }

        byte[] clean = new byte[bytes.Length];
        for (int i = 0; i < clean.Length; i++)
        {
            clean[i] = (byte)(bytes[i] == 0 ? 0 : 1);
        }

        return clean;
    }
}
