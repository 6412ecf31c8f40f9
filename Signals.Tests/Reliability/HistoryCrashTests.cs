using System.Diagnostics;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Definitions;
using Signals.Serving;
using Signals.Storage.DefinitionServing;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability;

/// <summary>
/// Power fails, or the process is killed, at every disk operation of a store that keeps its versions: each receipt that was given
/// by then gives its sequence, or is refused for a reason that holds, and the store goes on.
/// </summary>
[Category("Reliability")]
internal sealed class HistoryCrashTests
{
    private const int Users = 3;
    private const int Steps = 24;
    private const int EraseStep = 15;

    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema
        .EventType("view", type => type
            .Field<int>("n").Text("note").KeepLast(20).MaxAge(TimeSpan.FromHours(4)).Window(TimeSpan.FromHours(1))));

    private static readonly VersionRetention Retention = new() { Age = TimeSpan.FromHours(12), MaxBytes = 1 << 20 };

    private readonly SettableTime _time = new(TestStores.Start);
    private readonly List<(int Operations, SequenceReceipt Receipt)> _given = [];
    private int _erasedAt = int.MaxValue;

    [TestCase(Durability.Synced)]
    [TestCase(Durability.Buffered)]
    public void Crash_AtEveryOperation_LeavesReceiptsExactOrRightlyRefused(Durability durability)
    {
        Stopwatch clock = Stopwatch.StartNew();
        SimRecording run = Record(durability);
        Dictionary<RebuildStatus, int> seen = [];
        int seeds = TestScale.Of(1);
        for (int cut = 0; cut <= run.Operations.Count; cut += TestScale.CutStep)
        {
            Check(
                new SimFileSystem(run.KillImage(cut), record: false), durability,
                cut, mayLose: false, seen, $"{durability}, kill at operation {cut}");
            for (int seed = 0; seed < seeds; seed++)
            {
                ulong survivors = (ulong)((cut * 31) + seed);
                Check(
                    new SimFileSystem(run.CrashImage(cut, survivors), record: false),
                    durability, cut, durability == Durability.Buffered, seen,
                    $"{durability}, power cut at operation {cut}, survivors {survivors}");
            }
        }

        string all = string.Join(", ", seen.Select(one => $"{one.Value} {one.Key}"));
        TestContext.Out.WriteLine($"{run.Operations.Count} operations, {_given.Count} receipts: {all} in {clock.ElapsedMilliseconds} ms");
        Assert.That(seen.Keys, Is.SupersetOf(new[] { RebuildStatus.Exact, RebuildStatus.ErasedUser, RebuildStatus.Expired }));
        Assert.That(seen.ContainsKey(RebuildStatus.Lost), Is.EqualTo(durability == Durability.Buffered));
    }

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public void PowerCut_OfAWorkloadWithKeptVersions_RecoversAPrefixWithEverythingAcknowledged(Durability durability)
    {
        const int Cuts = 400;
        (CrashHistory history, SimRecording run) = CrashWorkload.Record(
            files => files, durability, seed: 0x9A57, steps: 50, retention: Retention);
        CrashCheck check = new(history, files => files);
        int step = Math.Max(1, run.Operations.Count / TestScale.Of(Cuts));
        for (int cut = 0; cut <= run.Operations.Count; cut += step)
        {
            int durable = history.DurableAt(cut);
            Assert.That(
                check.Verify(run.CrashImage(cut, (ulong)cut), durable, durable, isKill: false, (ulong)cut),
                Is.Null, $"{durability}, power cut at {cut}");
            Assert.That(
                check.Verify(run.KillImage(cut), history.AckedAt(cut), durable, isKill: true, (ulong)cut),
                Is.Null, $"{durability}, kill at {cut}");
        }

        TestContext.Out.WriteLine($"{check.States} crash states of {run.Operations.Count} operations");
    }

    [Test]
    public void IoError_WithKeptVersions_IsFailStopAndLosesNothing([Values] bool forEver)
    {
        const ulong Seed = 0x9A58;
        const int Runs = 120;
        int operations =
            CrashWorkload.Record(files => files, Durability.Synced, Seed, steps: 30, retention: Retention).Run.Operations.Count;
        int step = Math.Max(1, operations / TestScale.Of(Runs));
        for (int failAt = 0; failAt < operations; failAt += step)
        {
            FaultRun run = new(files => files, Durability.Synced, Seed, steps: 30, Retention);
            Assert.That(run.Verify(failAt, forEver), Is.Null, $"operation {failAt} fails");
        }
    }

    private SimRecording Record(Durability durability)
    {
        _given.Clear();
        _erasedAt = int.MaxValue;
        _time.NowMs = TestStores.Start;
        SimFileSystem files = new();
        files.LeaveLock(TestStores.Folder + "/LOCK");
        SimRandom random = new(7);
        SignalStore store = Open(files, durability);
        for (int step = 0; step < Steps; step++)
        {
            _time.NowMs += 900_000;
            switch (step % 6)
            {
                case 2:
                    store.FlushAsync().GetAwaiter().GetResult();
                    break;
                case 3:
                    Attach(files, store, step);
                    break;
                case 5:
                    store.CompactAsync().GetAwaiter().GetResult();
                    break;
                default:
                    Append(store, ref random, step);
                    break;
            }

            if (step == EraseStep)
            {
                _erasedAt = files.OperationCount;
                _ = store.EraseAsync(UserId.From(1UL)).AsTask();
                store.Engine.RunPending();
            }

            if (step == Steps / 2)
            {
                store.Dispose();
                store = Open(files, durability);
            }

            Serve(files, store);
        }

        store.Engine.Close(abandon: true);
        _time.NowMs++; // what comes after a crash comes later, so that no state of before may show it
        return files.Recording();
    }

    private void Check(SimFileSystem files, Durability durability, int cut, bool mayLose, Dictionary<RebuildStatus, int> seen, string where)
    {
        SequenceReceipt[] receipts = [.. _given.Where(given => given.Operations <= cut).Select(given => given.Receipt)];
        using SignalStore store = Open(files, durability);
        SimRandom random = new((ulong)cut);
        Append(store, ref random, step: 90);
        SequenceReceipt fresh = Receipt(store, 2);
        new SequenceRebuilder(store.Engine, store.Definitions).Rebuild(
            receipts.Append(fresh).ToArray(),
            (index, rebuilt) =>
            {
                using (rebuilt)
                {
                    bool holds = rebuilt.Status switch
                    {
                        RebuildStatus.Exact => true,
                        RebuildStatus.Lost => mayLose && index < receipts.Length,
                        RebuildStatus.ErasedUser => cut >= _erasedAt && receipts[index].User == UserId.From(1UL),
                        RebuildStatus.Expired => cut >= _erasedAt && index < receipts.Length,
                        _ => false,
                    };
                    if (!holds)
                    {
                        Assert.Fail($"{where}: {(index < receipts.Length ? receipts[index] : fresh)} is {rebuilt.Status}");
                    }

                    seen[rebuilt.Status] = seen.GetValueOrDefault(rebuilt.Status) + 1;
                }
            },
            CancellationToken.None);
        foreach (long time in receipts.Select(receipt => receipt.AsOfMs).Distinct())
        {
            RequireOld(store, time, where);
        }
    }

    /// <summary>What the store was then is refused, or shows nothing of what was appended after the crash.</summary>
    private static void RequireOld(SignalStore store, long time, string where)
    {
        try
        {
            using PastStore past = store.OpenPast(DateTimeOffset.FromUnixTimeMilliseconds(time));
            SequenceQuery query = store.Query("view").Columns("note").Build();
            for (ulong user = 1; user <= Users; user++)
            {
                using Sequence read = past.Read(UserId.From(user), query);
                for (int row = 0; row < read.Count; row++)
                {
                    if (read.Text("note", row)?.StartsWith("note 90 ", StringComparison.Ordinal) == true)
                    {
                        Assert.Fail($"{where}: as of {time} an event shows that came after the crash");
                    }
                }
            }
        }
        catch (VersionExpiredException)
        {
            // Lost with the crash, or let go after the erasure.
        }
    }

    private void Serve(SimFileSystem files, SignalStore store)
    {
        for (ulong user = 1; user <= Users; user++)
        {
            SequenceReceipt receipt = Receipt(store, user);
            _given.Add((files.OperationCount, receipt));
        }
    }

    private static SequenceReceipt Receipt(SignalStore store, ulong user)
    {
        using ServedSequence sequence = store.Read(UserId.From(user), "feed", new ReadOptions { WithReceipt = true });
        return sequence.Receipt;
    }

    private void Append(SignalStore store, ref SimRandom random, int step)
    {
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < 12; i++)
        {
            long time = _time.NowMs - (random.Below(180) * 60_000L);
            batch.Add(UserId.From(1UL + (ulong)random.Below(Users)), time, (ulong)random.Below(2))
                .Set("n", (step * 100) + i).Set("note", $"note {step} {i}");
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    /// <summary>Corrections of events that are there or come late.</summary>
    private void Attach(SimFileSystem files, SignalStore store, int step)
    {
        SortedDictionary<UserId, RowBuffer> users = [];
        for (ulong user = 1; user <= Users; user++)
        {
            RowBuffer rows = new([.. Schema["view"].Columns.Select(column => column.Type)], Stamp.Create(1, 0), StampParts.None);
            for (int minute = 0; minute < 30; minute++)
            {
                rows.AppendKey(_time.NowMs - (minute * 300_000L), 0);
                rows.Columns[0].AppendFixed(BitConverter.GetBytes((step * 1000) + minute));
            }

            rows.FillAbsent();
            users[UserId.From(user)] = rows;
        }

        using AttachedRuns runs = new(files, store, TestStores.Tiny.Tables);
        runs.Add(Schema["view"], step == 3 ? RunKind.Events : RunKind.Patches, users).Attach();
    }

    private SignalStore Open(SimFileSystem files, Durability durability)
    {
        SignalStore store = TestStores.Open(
            files, Schema, _time, TestStores.Tiny with { Durability = durability, Retention = new VersionRetention() });
        store.Definitions.Register(
            SequenceDefinition.Create("feed").OwnedBy("tests").From("view", source => source.Last(12).Within(TimeSpan.FromHours(2)))
            .Size(12).Columns("n", "note").Build());
        return store;
    }
}
