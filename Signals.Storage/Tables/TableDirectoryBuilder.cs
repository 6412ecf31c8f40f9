using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// Collects the users of a table that is being written, and encodes its directory: in one piece for a few users, otherwise as
/// pages and an index of the pages. Thread contract: one thread. For many users it holds their encoded pages, and their hashes
/// for the filter, in the memory of the table that is written.
/// </summary>
/// <param name="memory">The memory of the table that is written. It outlives the builder.</param>
/// <param name="mostUsers">The most users that it takes.</param>
/// <param name="pieceBytes">The bytes of pages in one piece of memory. All pages may take more than a piece can have.</param>
internal sealed class TableDirectoryBuilder(
    OwnedMemory memory, int mostUsers = UserFilter.MostUsers, int pieceBytes = TableDirectoryBuilder.PieceBytes)
{
    private const int PieceBytes = 32 << 20;

    private readonly NativeList<ulong> _high = new(memory);
    private readonly NativeList<ulong> _low = new(memory);
    private readonly NativeList<long> _counts = new(memory);
    private readonly NativeList<long> _newest = new(memory);
    private readonly NativeList<long> _oldest = new(memory);
    private readonly NativeList<DirectoryEntry> _page = new(memory);
    private readonly List<NativeList<byte>> _pages = []; // one after the other, without checksums, each whole in one piece
    private readonly NativeList<(UserId First, uint Rows, int Length)> _index = new(memory);
    private readonly NativeList<ulong> _hashes = new(memory);
    private UserId _last;

    /// <summary>The number of users so far.</summary>
    public int Users { get; private set; }

    /// <summary>The last user that was added.</summary>
    public UserId LastUser => _last;

    /// <summary>Whether there are too many users for one piece.</summary>
    public bool IsInPages => Users > DirectoryPageFormat.MostUsersInOnePiece;

    /// <summary>Adds a user. The user must be greater than the last one.</summary>
    /// <exception cref="TableLimitException">The format of a table holds no more users.</exception>
    [MethodImpl(Compile.InFull)]
    public void Add(UserId user, int count, long newest, long oldest)
    {
        if (Users == mostUsers)
        {
            throw new TableLimitException($"A table holds at most {mostUsers} users; user {user} is one more.");
        }

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
        int piece = 0;
        ReadOnlySpan<byte> pages = _pages[piece].Span;
        foreach ((UserId First, uint Rows, int Length) entry in _index.Span)
        {
            if (pages.IsEmpty)
            {
                pages = _pages[++piece].Span;
            }

            ReadOnlySpan<byte> page = pages[..entry.Length];
            pages = pages[entry.Length..];
            BinaryPrimitives.WriteUInt32LittleEndian(checksum, TableFormat.Checksum(identity, output.Offset, page));
            output.Append(page);
            output.Append(checksum);
        }
    }

    /// <summary>Appends the directory section of a directory in pages: the index of the pages.</summary>
    public void WriteIndex(TableOutput output)
    {
        int length = DirectoryPageFormat.IndexHeaderLength + (DirectoryPageFormat.IndexEntryLength * _index.Count);
        Span<byte> section = output.Reserve(length);
        BinaryPrimitives.WriteInt32LittleEndian(section, Users);
        BinaryPrimitives.WriteInt32LittleEndian(section[4..], DirectoryPageFormat.Users);
        Span<byte> to = section[DirectoryPageFormat.IndexHeaderLength..];
        foreach ((UserId First, uint Rows, int Length) entry in _index.Span)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(to, entry.First.High);
            BinaryPrimitives.WriteUInt64LittleEndian(to[8..], entry.First.Low);
            BinaryPrimitives.WriteUInt32LittleEndian(to[16..], entry.Rows);
            BinaryPrimitives.WriteInt32LittleEndian(to[20..], entry.Length + TableFormat.ChecksumLength);
            to = to[DirectoryPageFormat.IndexEntryLength..];
        }

        output.Commit(length);
    }

    /// <summary>Appends the section of the filter of the users. Only for a directory in pages.</summary>
    [MethodImpl(Compile.InFull)]
    public void WriteFilter(TableOutput output)
    {
        NativeList<ulong> words = new(memory);
        UserFilter.Fill(_hashes.Span, words.Extend(UserFilter.WordsFor(_hashes.Count)));
        int length = sizeof(ulong) * words.Count;
        Span<byte> section = output.Reserve(length);
        for (int i = 0; i < words.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(section[(i * sizeof(ulong))..], words[i]);
        }

        output.Commit(length);
    }

    /// <summary>Encodes the directory section of a directory in one piece.</summary>
    public byte[] Encode()
    {
        ReadOnlySpan<ulong> high = _high.Span;
        ReadOnlySpan<ulong> low = _low.Span;
        ReadOnlySpan<long> counts = _counts.Span;
        ReadOnlySpan<long> newest = _newest.Span;
        ReadOnlySpan<long> oldest = _oldest.Span;
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

    [MethodImpl(Compile.InFull)]
    private void EndPage()
    {
        if (_page.Count > 0)
        {
            long rows = 0;
            foreach (ref readonly DirectoryEntry entry in _page.Span)
            {
                rows += entry.Count;
            }

            if (_pages.Count == 0 || _pages[^1].Count > pieceBytes - DirectoryPageFormat.MaxLength)
            {
                _pages.Add(new NativeList<byte>(memory));
            }

            NativeList<byte> pages = _pages[^1];
            int before = pages.Count;
            int length = DirectoryPageEncoder.Encode(_page.Span, pages.Extend(DirectoryPageFormat.MaxLength));
            pages.Truncate(before + length);
            _index.Add((_page[0].User, (uint)rows, length));
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
