using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>Collects the users of a table being written and encodes the directory section. One thread.</summary>
internal sealed class TableDirectoryBuilder
{
    private readonly List<ulong> _high = [];
    private readonly List<ulong> _low = [];
    private readonly List<long> _counts = [];
    private readonly List<long> _newest = [];
    private readonly List<long> _oldest = [];

    /// <summary>Users so far.</summary>
    public int Users => _counts.Count;

    /// <summary>The last user.</summary>
    public UserId LastUser => new(_high[^1], _low[^1]);

    /// <summary>Adds a user, greater than the last one.</summary>
    public void Add(UserId user, int count, long newest, long oldest)
    {
        _high.Add(user.High);
        _low.Add(user.Low);
        _counts.Add(count);
        _newest.Add(newest);
        _oldest.Add(oldest);
    }

    /// <summary>The directory section.</summary>
    public byte[] Encode()
    {
        ReadOnlySpan<ulong> high = CollectionsMarshal.AsSpan(_high);
        ReadOnlySpan<ulong> low = CollectionsMarshal.AsSpan(_low);
        ReadOnlySpan<long> counts = CollectionsMarshal.AsSpan(_counts);
        ReadOnlySpan<long> newest = CollectionsMarshal.AsSpan(_newest);
        ReadOnlySpan<long> oldest = CollectionsMarshal.AsSpan(_oldest);
        ChunkPlan highPlan = ColumnChunkWriter.Plan(high, ChunkGoal.Size);
        ChunkPlan lowPlan = ColumnChunkWriter.Plan(low, ChunkGoal.Size);
        ChunkPlan countPlan = ColumnChunkWriter.Plan(counts, ChunkGoal.Size);
        ChunkPlan newestPlan = ColumnChunkWriter.Plan(newest, ChunkGoal.Size);
        ChunkPlan oldestPlan = ColumnChunkWriter.Plan(oldest, ChunkGoal.Size);
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

    private static Span<byte> Next(byte[] section, ref int at, in ChunkPlan plan)
    {
        BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(at), plan.Length);
        int start = at + sizeof(uint);
        at = start + plan.Length;
        return section.AsSpan(start, plan.Length);
    }
}
