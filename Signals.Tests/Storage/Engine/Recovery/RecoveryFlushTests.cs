using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
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
    public void Open_FullMemTablesBeforeTheLastLog_AreFlushedWhileTheReplayGoesOn()
    {
        SimFileSystem files = new(record: false);
        SignalStore first = Open(files, Roomy with { LogBytes = 32 << 10 });
        Append(first);
        first.Engine.Close(abandon: true);

        // The opening thread seals the last log before it applies any of it, but after all logs before. There it waits until
        // another thread syncs a table.
        int opener = Environment.CurrentManagedThreadId;
        using ManualResetEventSlim flushed = new();
        bool? beside = null;
        files.BeforeSync = () =>
        {
            if (Environment.CurrentManagedThreadId != opener)
            {
                flushed.Set();
            }
            else if (files.ListFiles(TestStores.Folder).Any(
                name => name.EndsWith(".log" + DurableFile.TemporarySuffix, StringComparison.Ordinal)))
            {
                beside ??= flushed.Wait(Hang);
            }
        };
        using SignalStore again = Open(files, Roomy with { MemTableBytes = 16 << 10, MaxFrozenMemTables = 100, Background = true });
        files.BeforeSync = null;
        Assert.That(beside, Is.True);
        AssertAll(again);
    }

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
