using System.Text;
using Signals.Checkpoints;
using Signals.Kafka;
using Signals.Orleans;

namespace Signals.Tests.Cluster.Drills;

/// <summary>What the nodes of a drill and the drill itself must agree on. Immutable.</summary>
internal static class DrillSetup
{
    public const string Topic = "drill";
    public const string EventType = "view";

    /// <summary>Users that are read and checked, from 1. The load has more only where a drill fills the log.</summary>
    public const int Users = 120;

    /// <summary>The newest events of a user that each of the reads under load asks for.</summary>
    public const int NewestRead = 100;

    /// <summary>Stores that flush and compact often, so that kills meet them at it.</summary>
    public static StoreOptions StoreAt(TimeProvider clock) => new()
    {
        TimeProvider = clock,
        MemTableBytes = 1 << 20,
        RingBytes = 1 << 20,
        MaxBatchBytes = 1 << 18,
        LogBytes = 4 << 20,
        BlockCacheBytes = 4 << 20,
    };

    public static readonly StoreSchema Schema = StoreSchema.Define(
        s => s.EventType(EventType, t => t.Field<int>("n").Text("note")));

    public static readonly ClusterQuery Newest = new() { EventTypes = [EventType], Columns = ["n", "note"], Last = NewestRead };

    public static readonly ClusterQuery Everything = new() { EventTypes = [EventType], Columns = ["n", "note"] };

    public static SourceIncarnation Incarnation => SourceIncarnation.From("the drill's topic");

    /// <summary>The shared storage of a partition, which fails as <see cref="FaultFile"/> says.</summary>
    public static CheckpointTarget TargetOf(string shared, int partition) =>
        new SwitchedTarget(new FolderTarget(Path.Combine(shared, $"{partition}")), FaultFile(shared));

    public static string FaultFile(string shared) => Path.Combine(shared, "fault");

    /// <summary>The folder of one partition's store in a node's folder.</summary>
    public static string StoreFolder(string nodeFolder, int partition) => Path.Combine(nodeFolder, $"partition-{partition:D5}");

    /// <summary>Where a node keeps the records of a partition that no replica can apply.</summary>
    public static string PoisonFile(string nodeFolder, int partition) =>
        Path.Combine(PoisonFolder(nodeFolder), $"{Topic}-{partition}.poison");

    public static string PoisonFolder(string nodeFolder) => Path.Combine(nodeFolder, "poison");

    /// <summary>The users of each partition.</summary>
    public static ulong[][] UsersOf(int partitions)
    {
        ILookup<int, ulong> users = Enumerable.Range(1, Users).ToLookup(
            user => PartitionHash.PartitionOf(UserId.From((ulong)user), partitions), user => (ulong)user);
        return [.. Enumerable.Range(0, partitions).Select(partition => users[partition].ToArray())];
    }

    /// <summary>The content of a replica.</summary>
    public static string HashOf(SignalStore store) => StoreContent.HashOf(
        store, EventType, static (sequence, row) => $"{sequence.Field<int>("n")[row]} {sequence.Text("note", row)}");

    public static SingleEvent Event(int n, ulong user) => Event(n, user, n % 50);

    public static SingleEvent Event(int n, ulong user, int bytes)
    {
        SingleEvent single = new() { User = UserId.From(user), TimeMs = 1_700_000_000_000 + n, Id = (ulong)n };
        single.Begin(Schema[EventType]);
        single.Set(0, n);
        single.SetBytes(1, Encoding.UTF8.GetBytes($"note {n} {new string('x', bytes)}"));
        return single;
    }
}
