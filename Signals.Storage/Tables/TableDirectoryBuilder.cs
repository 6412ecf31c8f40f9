using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>
/// Collects the users of a table that is being written, and encodes its directory: in one piece for a few users, otherwise as
/// pages and an index of the pages. Thread contract: one thread. For many users it holds their encoded pages, and their hashes
/// for the filter.
/// </summary>
internal sealed class TableDirectoryBuilder
{
    private readonly List<ulong> _high = [];
    private readonly List<ulong> _low = [];
    private readonly List<long> _counts = [];
    private readonly List<long> _newest = [];
    private readonly List<long> _oldest = [];
    private readonly List<DirectoryEntry> _page = [];
    private readonly List<byte[]> _pages = [];
    private readonly List<(UserId First, uint Rows)> _index = [];
    private readonly List<ulong> _hashes = [];
    private UserId _last;

    /// <summary>The number of users so far.</summary>
    public int Users { get; private set; }

    /// <summary>The last user that was added.</summary>
    public UserId LastUser => _last;

    /// <summary>Whether there are too many users for one piece.</summary>
    public bool IsInPages => Users > DirectoryPageFormat.MostUsersInOnePiece;

    /// <summary>Adds a user. The user must be greater than the last one.</summary>
    public void Add(UserId user, int count, long newest, long oldest)
    {
        _last = user;
        if (Users++ < DirectoryPageFormat.MostUsersInOnePiece)
        {
            _high.Add(user.High);
            _low.Add(user.Low);
            _counts.Add(count);
            _newest.Add(newest);
            _oldest.Add(oldest);
        }

        _hashes.Add(user.Hash64);
        _page.Add(new DirectoryEntry(user, count, newest, oldest));
        if (_page.Count == DirectoryPageFormat.Users)
        {
            EndPage();
        }
    }

    /// <summary>Appends the pages. They begin a section.</summary>
    public void WritePages(TableOutput output, ulong identity)
    {
        EndPage();
        Span<byte> checksum = stackalloc byte[TableFormat.ChecksumLength];
        foreach (byte[] page in _pages)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(checksum, TableFormat.Checksum(identity, output.Offset, page));
            output.Append(page);
            output.Append(checksum);
        }
    }

    /// <summary>Encodes the directory section of a directory in pages: the index of the pages.</summary>
    public byte[] EncodeIndex()
    {
        byte[] section = new byte[DirectoryPageFormat.IndexHeaderLength + (DirectoryPageFormat.IndexEntryLength * _pages.Count)];
        BinaryPrimitives.WriteInt32LittleEndian(section, Users);
        BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(4), DirectoryPageFormat.Users);
        Span<byte> entry = section.AsSpan(DirectoryPageFormat.IndexHeaderLength);
        for (int page = 0; page < _pages.Count; page++, entry = entry[DirectoryPageFormat.IndexEntryLength..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(entry, _index[page].First.High);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], _index[page].First.Low);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], _index[page].Rows);
            BinaryPrimitives.WriteInt32LittleEndian(entry[20..], _pages[page].Length + TableFormat.ChecksumLength);
        }

        return section;
    }

    /// <summary>Encodes the section of the filter of the users. Only for a directory in pages.</summary>
    public byte[] EncodeFilter() => UserFilter.Build(CollectionsMarshal.AsSpan(_hashes)).Encode();

    /// <summary>Encodes the directory section of a directory in one piece.</summary>
    public byte[] Encode()
    {
        ReadOnlySpan<ulong> high = CollectionsMarshal.AsSpan(_high);
        ReadOnlySpan<ulong> low = CollectionsMarshal.AsSpan(_low);
        ReadOnlySpan<long> counts = CollectionsMarshal.AsSpan(_counts);
        ReadOnlySpan<long> newest = CollectionsMarshal.AsSpan(_newest);
        ReadOnlySpan<long> oldest = CollectionsMarshal.AsSpan(_oldest);
        ChunkDecision highPlan = ColumnChunkWriter.Plan(high, ChunkGoal.Size);
        ChunkDecision lowPlan = ColumnChunkWriter.Plan(low, ChunkGoal.Size);
        ChunkDecision countPlan = ColumnChunkWriter.Plan(counts, ChunkGoal.Size);
        ChunkDecision newestPlan = ColumnChunkWriter.Plan(newest, ChunkGoal.Size);
        ChunkDecision oldestPlan = ColumnChunkWriter.Plan(oldest, ChunkGoal.Size);
        long length = 6L * sizeof(uint) + highPlan.Length + lowPlan.Length + (long)countPlan.Length
            + newestPlan.Length + oldestPlan.Length;
        byte[] section = new byte[checked((int)length)];
        BinaryPrimitives.WriteInt32LittleEndian(section, Users);
        int at = sizeof(uint);
        ColumnChunkWriter.Write(high, highPlan, Next(section, ref at, highPlan));
        ColumnChunkWriter.Write(low, lowPlan, Next(section, ref at, lowPlan));
        ColumnChunkWriter.Write(counts, countPlan, Next(section, ref at, countPlan));
        ColumnChunkWriter.Write(newest, newestPlan, Next(section, ref at, newestPlan));
        ColumnChunkWriter.Write(oldest, oldestPlan, Next(section, ref at, oldestPlan));
        return section;
    }

    private void EndPage()
    {
        if (_page.Count > 0)
        {
            _index.Add((_page[0].User, (uint)_page.Sum(entry => (long)entry.Count)));
            _pages.Add(DirectoryPageEncoder.Encode(CollectionsMarshal.AsSpan(_page)));
            _page.Clear();
        }
    }

    private static Span<byte> Next(byte[] section, ref int at, in ChunkDecision decision)
    {
        BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(at), decision.Length);
        int start = at + sizeof(uint);
        at = start + decision.Length;
        return section.AsSpan(start, decision.Length);
    }
}
