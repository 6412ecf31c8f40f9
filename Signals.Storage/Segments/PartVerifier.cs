using System.Numerics;
using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// Checks one part of a segment in full, using only its bytes: checksums, chunks, order and uniqueness of rows, and that
/// directory and footer describe them correctly. Each block is read once. Thread contract: one thread. Reused from part to part,
/// to keep its buffers.
/// </summary>
internal sealed class PartVerifier
{
    private readonly VerifierBlock _block = new();
    private long[] _times = [];
    private ulong[] _ids = [];
    private ulong[] _stamps = [];
    private TableFile _file = null!;
    private TableFooter _footer = null!;
    private TableLayout _layout = null!;
    private TableIndex _index = null!;
    private TableDirectory _directory = null!;
    private long _tolerance;

    // The position of the walk over the rows.
    private int _user;
    private int _rowInUser;
    private DirectoryPage? _page;
    private int _pageNumber;
    private long _lastTime;
    private ulong _lastId;
    private long _minTime;
    private long _maxTime;
    private long _newestInserted;
    private RowTraits _traits;
    private long _reachMs;

    /// <summary>The number of events that the parts so far insert and that are older than the reach.</summary>
    public long OutOfReach { get; private set; }

    /// <summary>Checks a part whose footer, columns, index and directory were already read and checked.</summary>
    /// <param name="part">The part.</param>
    /// <param name="reachMs">Events before this time will never be read. They are counted.</param>
    /// <param name="passed">Called with the bytes of each block, in file order, once they are known to be correct.</param>
    /// <exception cref="CorruptionException">The part is not valid; the exception names file and offset.</exception>
    public void Verify(OpenPart part, long reachMs, Action<ReadOnlySpan<byte>> passed)
    {
        (_file, _footer, _layout, _index, _directory) = (part.File, part.Footer, part.Layout, part.Index, part.Directory);
        _tolerance = 1L << Math.Max(0, 32 - BitOperations.LeadingZeroCount((ulong)_footer.MaxTime - (ulong)_footer.MinTime));
        (_user, _rowInUser, _traits, _reachMs) = (0, 0, RowTraits.None, reachMs);
        (_page, _pageNumber) = (null, -1);
        (_minTime, _maxTime, _newestInserted) = (long.MaxValue, long.MinValue, long.MinValue);
        TableSection blocks = _footer.Section(TableFormat.BlocksSection);
        uint checksum = TableFormat.Seed(_file.Identity, blocks.Offset);
        for (int block = 0; block < _index.Blocks; block++)
        {
            ReadOnlySpan<byte> bytes = _block.Read(_file, _index, _layout, block);
            checksum = Crc32C.Append(checksum, bytes);
            VerifyRows(block);
            passed(bytes);
        }

        if (checksum != blocks.Checksum)
        {
            throw _file.Corrupt(blocks.Offset, $"the checksum of the blocks is {checksum:x8}, expected {blocks.Checksum:x8}");
        }

        if (_minTime != _footer.MinTime || _maxTime != _footer.MaxTime
            || _traits != _footer.Traits || _newestInserted != _footer.NewestInserted)
        {
            throw _file.Corrupt(
                blocks.Offset,
                $"the rows are from {_minTime} to {_maxTime}, have the traits {_traits} and insertions up to {_newestInserted}; the "
                + $"footer says {_footer.MinTime} to {_footer.MaxTime}, {_footer.Traits} and {_footer.NewestInserted}");
        }
    }

    [MethodImpl(Compile.InFull)]
    private void VerifyRows(int block)
    {
        int rows = _index.Rows(block);
        Grow(rows);
        Span<long> times = _times.AsSpan(0, rows);
        Span<ulong> ids = _ids.AsSpan(0, rows);
        _block.Open(TableFormat.TimesChunk).CopyLongs(0, rows, times);
        _block.Open(TableFormat.IdsChunk).CopyULongs(0, rows, ids);
        for (int row = 0; row < rows;)
        {
            UserRows user = PageOf(_user).Rows(_user % DirectoryPageFormat.Users);
            int count = Math.Min(user.Count - _rowInUser, rows - row);
            bool sound = _rowInUser > 0 || Near(user.NewestTime, times[row]);
            sound &= row > 0 || _rowInUser == 0 || Precedes(_lastTime, _lastId, times[0], ids[0]);
            sound &= AreOrdered(times.Slice(row, count), ids.Slice(row, count));
            _rowInUser += count;
            row += count;
            _maxTime = Math.Max(_maxTime, times[row - count]);
            _minTime = Math.Min(_minTime, times[row - 1]);
            if (_rowInUser == user.Count)
            {
                sound &= Near(times[row - 1], user.OldestTime);
                _user++;
                _rowInUser = 0;
            }

            if (!sound)
            {
                throw _file.Corrupt(
                    _index.Offset(block),
                    $"rows of user {_directory.User(Math.Min(_user, _directory.Users - 1))} or of the user before are out of order, "
                    + "repeated, or outside the times that the directory says");
            }
        }

        (_lastTime, _lastId) = (times[^1], ids[^1]);
        VerifyExistence(block, times);
    }

    // The users come in order, so each page is read once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DirectoryPage PageOf(int user)
    {
        int number = user / DirectoryPageFormat.Users;
        if (number != _pageNumber)
        {
            _page = _directory.GetPage(number);
            _pageNumber = number;
        }

        return _page!;
    }

    private void VerifyExistence(int block, ReadOnlySpan<long> times)
    {
        if (_footer.Defaults.Kind == RunKind.Patches)
        {
            return;
        }

        if (!_footer.Defaults.Parts.HasFlag(StampParts.Existence))
        {
            _newestInserted = Math.Max(_newestInserted, _maxTime);
            foreach (long time in times)
            {
                OutOfReach += time < _reachMs ? 1 : 0;
            }

            return;
        }

        int rows = times.Length;
        Span<ulong> inserted = _stamps.AsSpan(0, rows);
        Span<ulong> retracted = _stamps.AsSpan(rows, rows);
        ReadStamps(_layout.InsertedChunk, _footer.Defaults.DefaultInserted, inserted);
        ReadStamps(_layout.RetractedChunk, 0, retracted);
        ulong stamp = _footer.Defaults.Stamp.Value;
        for (int row = 0; row < rows; row++)
        {
            bool known = (inserted[row] == 0 || inserted[row] == stamp) && (retracted[row] == 0 || retracted[row] == stamp);
            if (!known || (inserted[row] | retracted[row]) == 0)
            {
                throw _file.Corrupt(
                    _index.Offset(block),
                    $"row {row} of the block was inserted with stamp {inserted[row]:x} and retracted with stamp {retracted[row]:x}; "
                    + $"the segment has stamp {stamp:x}");
            }

            _newestInserted = inserted[row] != 0 ? Math.Max(_newestInserted, times[row]) : _newestInserted;
            OutOfReach += inserted[row] != 0 && times[row] < _reachMs ? 1 : 0;
            _traits |= (inserted[row] == 0 ? RowTraits.NeverInserted : 0) | (retracted[row] != 0 ? RowTraits.Retracted : 0);
        }
    }

    private void ReadStamps(int chunk, ulong otherwise, Span<ulong> stamps)
    {
        if (_block.Holds(chunk))
        {
            _block.Open(chunk).CopyULongs(0, stamps.Length, stamps);
        }
        else
        {
            stamps.Fill(otherwise);
        }
    }

    [MethodImpl(Compile.InFull)]
    private static bool AreOrdered(ReadOnlySpan<long> times, ReadOnlySpan<ulong> ids)
    {
        bool ordered = true;
        for (int i = 1; i < times.Length; i++)
        {
            ordered &= Precedes(times[i - 1], ids[i - 1], times[i], ids[i]);
        }

        return ordered;
    }

    private static bool Precedes(long time, ulong id, long nextTime, ulong nextId) =>
        time > nextTime || (time == nextTime && id < nextId);

    // The directory may store times in coarse units. Rounding only widens the range of a user.
    private bool Near(long later, long earlier) => later >= earlier && later - earlier < _tolerance;

    private void Grow(int rows)
    {
        if (_times.Length < rows)
        {
            _times = new long[rows];
            _ids = new ulong[rows];
            _stamps = new ulong[2 * rows];
        }
    }
}
