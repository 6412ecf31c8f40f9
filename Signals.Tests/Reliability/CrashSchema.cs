using System.Runtime.InteropServices;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.Tables;

namespace Signals.Tests.Reliability;

/// <summary>
/// The store of the crash suites: three event types that between them trim, expire, compress and hold wide vectors, and options so
/// small that a short workload fills rings, memtables and logs. Immutable; any thread.
/// </summary>
internal static class CrashSchema
{
    public const int Dimensions = 64;
    public const int KeepLast = 6;
    public const int View = 0;
    public const int Buy = 1;
    public const int Tag = 2;

    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(36);
    public static readonly string[] Names = ["view", "buy", "tag"];

    public static StoreSchema Define() => StoreSchema.Define(schema => schema
        .EventType("view", type => type.Field<int>("amount").Text("note").KeepLast(KeepLast).Window(TimeSpan.FromDays(1)))
        .EventType("buy", type => type.Field<long>("cents").Vector<sbyte>("embedding", Dimensions).Window(TimeSpan.FromDays(2)))
        .EventType("tag", type => type.Bytes("blob").MaxAge(MaxAge).Window(TimeSpan.FromHours(12))));

    public static EngineOptions Options(Durability durability) => new()
    {
        Durability = durability,
        RingBytes = 4096,
        MaxBatchBytes = 1024,
        MemTableBytes = 16 << 10,
        MaxFrozenMemTables = 2,
        LogBytes = 8 << 10,
        BlockCacheBytes = 1 << 20,
        CompactionBytesPerSecond = 1 << 30,
        SyncInterval = TimeSpan.FromHours(1),
        MaxFutureTime = TimeSpan.FromDays(1),
        Tables = new TableOptions { BlockBytes = 1024, WideBytes = 1024, MinBlockRows = 4 },
        Compaction = new CompactionOptions { MinRuns = 3, MaxRuns = 4, WindowBytes = 3 << 10 },
        Background = false,
    };

    public static int ColumnCount(int type) => type == Tag ? 1 : 2;

    /// <summary>Puts a model event into a batch of its type.</summary>
    public static void Add(EventBatch batch, CrashEvent e)
    {
        EventRow row = batch.Add(UserOf(e.User), e.Time, e.Id);
        Fill(row, batch.EventType, e);
    }

    /// <summary>Sets the columns of a model event that are not absent.</summary>
    public static void Fill(EventRow row, EventTypeSchema type, CrashEvent e)
    {
        for (int i = 0; i < e.Columns.Length; i++)
        {
            string name = type.Columns[i].Name;
            CrashValue value = e.Columns[i];
            if (value.State == ColumnState.Null)
            {
                row.SetNull(name);
            }
            else if (value.State == ColumnState.Value)
            {
                Set(row, name, value.Bytes);
            }
        }
    }

    public static UserId UserOf(int user) => UserId.From((ulong)user + 1);

    private static void Set(in EventRow row, string name, ReadOnlySpan<byte> bytes)
    {
        switch (name)
        {
            case "amount":
                row.Set(name, MemoryMarshal.Read<int>(bytes));
                break;
            case "cents":
                row.Set(name, MemoryMarshal.Read<long>(bytes));
                break;
            case "embedding":
                row.SetVector(name, MemoryMarshal.Cast<byte, sbyte>(bytes));
                break;
            default:
                row.SetBytes(name, bytes);
                break;
        }
    }
}
