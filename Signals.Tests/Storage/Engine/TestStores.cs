using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Engine;

/// <summary>Stores without threads on any file system, so small that everything happens often.</summary>
internal static class TestStores
{
    public const string Folder = "/store";

    /// <summary>2026-03-01, UTC; no window of any length begins there but those of whole days.</summary>
    public const long Start = 1_772_323_200_000;

    public static EngineOptions Tiny { get; } = new()
    {
        Durability = Durability.Buffered,
        RingBytes = 32 << 10,
        MaxBatchBytes = 8 << 10,
        MemTableBytes = 16 << 10,
        MaxFrozenMemTables = 2,
        LogBytes = 32 << 10,
        BlockCacheBytes = 16 << 10,
        HeadCacheBytes = 8 << 10,
        CompactionBytesPerSecond = 1L << 30,
        SyncInterval = TimeSpan.FromSeconds(1),
        MaxFutureTime = TimeSpan.FromDays(1),
        Tables = new TableOptions { BlockBytes = 512, WideBytes = 512, MinBlockRows = 4 },
        Compaction = new CompactionOptions { MinRuns = 2, MaxRuns = 4, WindowBytes = 0 },
        Background = false,
    };

    /// <summary>How a random history divides time: a table for each window, or for as many as hold so much.</summary>
    public static long WindowBytes(ulong seed) => (seed % 5) switch { 0 => 0, 1 => 1 << 30, 2 => 1500, 3 => 4000, _ => 10_000 };

    /// <summary>Room for heads in a random history: none, so little that most are evicted soon, or enough for all.</summary>
    public static long HeadCacheBytes(ulong seed) => (seed / 7 % 4) switch { 0 => 0, 1 => 8 << 10, 2 => 24 << 10, _ => 1 << 20 };

    /// <summary>
    /// What a table may hold in a random history: all that comes, or so little that nearly every one is divided between users.
    /// </summary>
    public static TableLimits Limits(ulong seed) => (seed / 5 % 6) switch
    {
        1 => TableLimits.Default with { Rows = 20 },
        2 => TableLimits.Default with { Users = 4 },
        3 => TableLimits.Default with { Bytes = 1500 },
        4 => TableLimits.Default with { IndexEntries = 40, Rows = 60 },
        _ => TableLimits.Default,
    };

    public static SignalStore Open(IFileSystem files, StoreSchema schema, TimeProvider time, EngineOptions? options = null) =>
        SignalStore.Open(files, Folder, schema, options ?? Tiny, time);
}
