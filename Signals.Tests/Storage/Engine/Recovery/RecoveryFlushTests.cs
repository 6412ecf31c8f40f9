using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Recovery;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Recovery;

/// <summary>
/// Logs that hold more than one memtable: the replay goes on while full ones are flushed, and nothing is lost however it ends.
/// </summary>
internal sealed class RecoveryFlushTests
{
    private const int Users = 30;
    private const int Events = 200;

    /// <summary>Only a failing test waits as long.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t
        .Field<long>("a").Window(TimeSpan.FromDays(1))));
    private static readonly EngineOptions Roomy = TestStores.Tiny with { MemTableBytes = 4 << 20, LogBytes = 64 << 10 };

    [Test]
    public void Open_LogsOfManyMemTables_HoldsEverythingAlsoAfterAnotherCrash([Values] bool background)
    {
        SimFileSystem files = new(record: false);
        SignalStore first = Open(files, Roomy);
        Append(first);
        Assert.That(first.GetStats().Flushes, Is.Zero);
        first.Engine.Close(abandon: true);

        // What is frozen when the replay ends needs logs before those of the active memtable.
        for (int crash = 0; crash < 3; crash++)
        {
            SignalStore again = Open(files, Roomy with { MemTableBytes = 64 << 10, Background = background });
            AssertAll(again);
            again.Engine.Close(abandon: true);
        }

        using SignalStore last = Open(files, Roomy);
        AssertAll(last);
        Assert.That(last.GetStats().Tables, Is.GreaterThan(0));
    }

    [Test]
    public async Task Open_FrozenMemTablesLeft_AreFlushedSoon()
    {
        SimFileSystem files = new(record: false);
        SignalStore first = Open(files, Roomy);
        Append(first);
        first.Engine.Close(abandon: true);
        using SignalStore again = Open(files, Roomy with { MemTableBytes = 64 << 10, Background = true });
        await again.FlushAsync();
        Assert.That(again.GetStats().MemTableRows, Is.Zero);
        AssertAll(again);
    }

    [Test]
    public void Open_MoreMemTablesThanMayWait_AreFlushedByAnotherThreadOnceTheLastLogIsSealed()
    {
        SimFileSystem files = new(record: false);
        SignalStore first = Open(files, Roomy with { LogBytes = 32 << 10 });
        Append(first);
        first.Engine.Close(abandon: true);

        int opener = Environment.CurrentManagedThreadId;
        bool isBeside = false;
        bool isBeforeTheSeal = false;
        files.BeforeSync = () =>
        {
            bool hasTable = Has(files, ".tbl");
            isBeforeTheSeal |= hasTable && Has(files, ".log" + DurableFile.TemporarySuffix);
            isBeside |= hasTable && Environment.CurrentManagedThreadId != opener;
        };
        using SignalStore again = Open(files, Roomy with { MemTableBytes = 16 << 10, MaxFrozenMemTables = 3, Background = true });
        files.BeforeSync = null;
        Assert.That((isBeside, isBeforeTheSeal), Is.EqualTo((true, false)));
        AssertAll(again);
    }

    [Test]
    public void Open_MemTablesThatMayWait_ReturnsBeforeTheyAreFlushed()
    {
        SimFileSystem files = new(record: false);
        SignalStore first = Open(files, Roomy);
        Append(first);
        first.Engine.Close(abandon: true);

        using ManualResetEventSlim opened = new();
        int opener = Environment.CurrentManagedThreadId;
        bool isWaitedFor = false;
        files.BeforeSync = () =>
        {
            if (Environment.CurrentManagedThreadId != opener && Has(files, ".tbl"))
            {
                isWaitedFor |= !opened.Wait(Hang);
            }
        };
        using SignalStore again = Open(files, Roomy with { MemTableBytes = 16 << 10, MaxFrozenMemTables = 100, Background = true });
        opened.Set();
        Assert.That(isWaitedFor, Is.False);
        AssertAll(again);
    }

    [Test]
    public void Replay_OfSeveralLogs_WaitsForTheSealBeforeTheLastOne()
    {
        SimFileSystem files = new(record: false);
        SignalStore first = Open(files, Roomy with { LogBytes = 32 << 10 });
        Append(first);
        first.Engine.Close(abandon: true);

        const ulong seal = 0;
        List<ulong> order = [];
        LogRecovery logs = new(new StoreFolder(files, TestStores.Folder), new ManifestState(), Schema);
        logs.Check();
        logs.Replay((log, _, _) => order.Add(log), waitForSeal: () =>
        {
            logs.Seal();
            order.Add(seal);
        });
        Assert.That(order.Distinct().Count(), Is.GreaterThan(2));
        Assert.That(order.IndexOf(seal), Is.EqualTo(order.IndexOf(order[^1]) - 1));
    }

    [Test]
    public void Open_LastLogCannotBeSealed_ThrowsWhatHappened([Values] bool background, [Values] bool waitsForRoom)
    {
        SimFileSystem files = new(record: false);
        SignalStore first = Open(files, Roomy with { LogBytes = waitsForRoom ? 32 << 10 : Roomy.LogBytes });
        Append(first);
        first.Engine.Close(abandon: true);

        files.BeforeSync = () => _ = Has(files, ".log" + DurableFile.TemporarySuffix) ? throw new IOException("no sync") : false;
        EngineOptions options = Roomy with { Background = background };
        options = waitsForRoom ? options with { MemTableBytes = 16 << 10, MaxFrozenMemTables = 1 } : options;
        Assert.That(() => Open(files, options), Throws.TypeOf<IOException>().With.Message.EqualTo("no sync"));
        files.BeforeSync = null;
        using SignalStore again = Open(files, Roomy);
        AssertAll(again);
    }

    private static bool Has(SimFileSystem files, string end) =>
        files.ListFiles(TestStores.Folder).Any(name => name.EndsWith(end, StringComparison.Ordinal));

    private static SignalStore Open(SimFileSystem files, EngineOptions options) =>
        TestStores.Open(files, Schema, new ManualTime(TestStores.Start), options);

    private static void Append(SignalStore store)
    {
        for (ulong user = 0; user < Users; user++)
        {
            EventBatch batch = store.CreateBatch("e");
            for (int i = 0; i < Events; i++)
            {
                batch.Add(UserId.From(user + 1), TestStores.Start - (i * 1_000_000L), (ulong)i).Set("a", ((long)user * Events) + i);
            }

            Assert.That(store.TryAppend(batch, out _));
            store.Engine.RunPending();
        }
    }

    private static void AssertAll(SignalStore store)
    {
        SequenceQuery query = store.Query("e").Last(Events).Build();
        for (ulong user = 0; user < Users; user++)
        {
            using Sequence sequence = store.Read(UserId.From(user + 1), query);
            Assert.That(
                sequence.Field<long>("a").ToArray(),
                Is.EqualTo(Enumerable.Range(0, Events).Select(i => ((long)user * Events) + i)));
        }
    }
}
