using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// Up to <see cref="DirectoryPageFormat.Users"/> adjacent users of a table and their rows, packed as in the file. Eight bits of
/// each user's hash come first; a lookup uses them to find the one user to compare. Thread contract: immutable; any thread.
/// Lifetime: that of its bytes, which are an array or the memory of the open table; <see cref="Close"/> comes before their end, and
/// whoever still has the page then gets an <see cref="ObjectDisposedException"/>.
/// </summary>
internal sealed class DirectoryPage : CachedItem
{
    private const int FixedBytes = 120;
    private const int Padding = 16; // a field is read as eight bytes plus one more

    private readonly ulong _highBase;
    private readonly ulong _lowBase;
    private readonly long _newestBase;
    private readonly int _firstRow;
    private readonly int _endRow;
    private readonly ushort _users;
    private readonly ushort _bits;
    private readonly byte _highWidth;
    private readonly byte _lowWidth;
    private readonly byte _rowWidth;
    private readonly byte _newestWidth;
    private readonly byte _spanWidth;
    private FixedMemory<byte> _data;

    [MethodImpl(Compile.InFull)]
    private DirectoryPage(ReadOnlySpan<byte> page, int firstRow, int endRow, in FixedMemory<byte> data)
    {
        _users = BinaryPrimitives.ReadUInt16LittleEndian(page);
        _firstRow = firstRow;
        _endRow = endRow;
        ReadOnlySpan<byte> widths = page.Slice(DirectoryPageFormat.WidthsAt, DirectoryPageFormat.Fields);
        _highWidth = widths[DirectoryPageFormat.High];
        _lowWidth = widths[DirectoryPageFormat.Low];
        _rowWidth = widths[DirectoryPageFormat.Row];
        _newestWidth = widths[DirectoryPageFormat.Newest];
        _spanWidth = widths[DirectoryPageFormat.Span];
        _bits = (ushort)(_highWidth + _lowWidth + _rowWidth + _newestWidth + _spanWidth);
        _highBase = BinaryPrimitives.ReadUInt64LittleEndian(page[DirectoryPageFormat.HighBaseAt..]);
        _lowBase = BinaryPrimitives.ReadUInt64LittleEndian(page[DirectoryPageFormat.LowBaseAt..]);
        _newestBase = BinaryPrimitives.ReadInt64LittleEndian(page[DirectoryPageFormat.NewestBaseAt..]);
        _data = data;
        ReadOnlySpan<byte> packed = page[DirectoryPageFormat.HeaderLength..];
        Span<byte> bytes = data.Span;
        packed.CopyTo(bytes[DirectoryPageFormat.Users..]);
        bytes[(DirectoryPageFormat.Users + packed.Length)..].Clear();
        bytes[_users..DirectoryPageFormat.Users].Clear();
        for (int i = 0; i < _users; i++)
        {
            bytes[i] = Mark(User(i).Hash64);
        }
    }

    /// <summary>The number of users.</summary>
    public int Users => _users;

    /// <summary>The table-wide number of the first row.</summary>
    public int FirstRow => _firstRow;

    /// <inheritdoc/>
    public override long Bytes => FixedBytes + _data.Length;

    /// <summary>The bytes of memory that a page of the file needs.</summary>
    /// <param name="page">The bytes of the page in the file, without the checksum.</param>
    public static int BytesFor(int page) => DirectoryPageFormat.Users + page - DirectoryPageFormat.HeaderLength + Padding;

    /// <summary>Opens a page and checks all of it. Its checksum was verified before.</summary>
    /// <param name="page">The bytes of the page without the checksum.</param>
    /// <param name="users">The number of users that it must have.</param>
    /// <param name="first">The first user, as the index says.</param>
    /// <param name="firstRow">The table-wide number of its first row.</param>
    /// <param name="endRow">The table-wide number of the row after its last row.</param>
    /// <param name="times">No time in the page may be outside.</param>
    /// <param name="data">The memory of the page, <see cref="BytesFor"/> its length; null for an array of its own.</param>
    /// <exception cref="InvalidDataException">The bytes are not a valid page.</exception>
    public static DirectoryPage Open(
        ReadOnlySpan<byte> page, int users, UserId first, int firstRow, int endRow, EventTimeRange times,
        FixedMemory<byte>? data = null)
    {
        if (page.Length < DirectoryPageFormat.HeaderLength || BinaryPrimitives.ReadUInt16LittleEndian(page) != users)
        {
            throw new InvalidDataException($"a directory page of {page.Length} bytes does not hold the expected {users} users");
        }

        int bits = 0;
        for (int field = 0; field < DirectoryPageFormat.Fields; field++)
        {
            int width = page[DirectoryPageFormat.WidthsAt + field];
            bits += width;
            if (width > (field == DirectoryPageFormat.Row ? DirectoryPageFormat.MaxRowWidth : DirectoryPageFormat.MaxWidth))
            {
                throw new InvalidDataException($"field {field} of a directory page is {width} bits wide, which is too wide");
            }
        }

        if (page.Length != DirectoryPageFormat.LengthOf(users, bits)
            || page[DirectoryPageFormat.WidthsAt + DirectoryPageFormat.Fields] != 0)
        {
            throw new InvalidDataException($"a directory page of {page.Length} bytes does not hold {users} users of {bits} bits each");
        }

        DirectoryPage opened = new(page, firstRow, endRow, data ?? new FixedMemory<byte>(new byte[BytesFor(page.Length)]));
        opened.Check(first, times);
        return opened;
    }

    /// <summary>Ends the use of native bytes: the table is about to be closed.</summary>
    public void Close() => _data = _data.Closed;

    /// <summary>The user at a position of the page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public UserId User(int index)
    {
        int at = EntryAt(index);
        return new UserId(_highBase + ReadBits(at, _highWidth), _lowBase + ReadBits(at + _highWidth, _lowWidth));
    }

    /// <summary>The rows of the user at a position of the page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public UserRows Rows(int index)
    {
        int at = EntryAt(index) + _highWidth + _lowWidth;
        int first = _firstRow + (int)ReadBits(at, _rowWidth);
        int end = index + 1 < _users ? RowOf(index + 1) : _endRow;
        long newest = _newestBase + (long)ReadBits(at + _rowWidth, _newestWidth);
        return new UserRows(first, end - first, newest, newest - (long)ReadBits(at + _rowWidth + _newestWidth, _spanWidth));
    }

    /// <summary>The position of a user, or -1. In about half of the lookups one other user is compared in vain.</summary>
    public int Find(in UserId user, ulong hash)
    {
        ReadOnlySpan<byte> marks = _data.Span;
        Vector256<byte> mark = Vector256.Create(Mark(hash));
        for (int at = 0; at < _users; at += Vector256<byte>.Count)
        {
            uint hits = Vector256.Equals(mark, Vector256.Create(marks.Slice(at, Vector256<byte>.Count))).ExtractMostSignificantBits();
            for (; hits != 0; hits &= hits - 1)
            {
                int index = at + BitOperations.TrailingZeroCount(hits);
                if (index < _users && User(index) == user)
                {
                    return index;
                }
            }
        }

        return -1;
    }

    /// <summary>The position of the user who has this row. The row must be in the page.</summary>
    [MethodImpl(Compile.InFull)]
    public int IndexOfRow(long row)
    {
        int low = 0;
        int high = _users - 1;
        while (low < high)
        {
            int middle = low + ((high - low + 1) / 2);
            (low, high) = RowOf(middle) <= row ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>How many users of the page come before this user.</summary>
    public int CountBefore(in UserId user)
    {
        int low = 0;
        int high = _users;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = User(middle) < user ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Prefetches the bytes that <see cref="Find"/> reads first.</summary>
    public void Prefetch() => Signals.Storage.Primitives.Prefetch.Lines(_data.Span[..DirectoryPageFormat.Users]);

    private static byte Mark(ulong hash) => (byte)(hash >> 56);

    [MethodImpl(Compile.InFull)]
    private void Check(UserId first, EventTimeRange times)
    {
        UserId previous = default;
        for (int i = 0; i < _users; i++)
        {
            UserId user = User(i);
            UserRows rows = Rows(i);
            bool isNext = i == 0 ? user == first && rows.FirstRow == _firstRow : user > previous;
            if (!isNext || rows.Count < 1 || rows.FirstRow < _firstRow || rows.NewestTime > times.LatestMs
                || rows.OldestTime < times.EarliestMs || rows.NewestTime < rows.OldestTime)
            {
                throw new InvalidDataException(
                    $"the entry of user {user} is not valid: {rows.Count} rows from {rows.OldestTime} to {rows.NewestTime}");
            }

            previous = user;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int EntryAt(int index) => (8 * DirectoryPageFormat.Users) + (index * _bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int RowOf(int index) => _firstRow + (int)ReadBits(EntryAt(index) + _highWidth + _lowWidth, _rowWidth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong ReadBits(int at, int width)
    {
        if (width == 0)
        {
            return 0;
        }

        int shift = at & 7;
        ReadOnlySpan<byte> bytes = _data.Span.Slice(at >> 3, sizeof(ulong) + 1);
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> shift;
        if (shift + width > 64)
        {
            value |= (ulong)bytes[sizeof(ulong)] << (64 - shift);
        }

        return value & (ulong.MaxValue >> (64 - width));
    }
}
