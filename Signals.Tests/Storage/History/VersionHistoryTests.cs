using System.Collections.Immutable;
using Signals.Storage.Engine.Views;
using Signals.Storage.History;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.History;

/// <summary>What keeping versions costs is counted as it comes, and cleaning up after an erasure happens once.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class VersionHistoryTests
{
    private const int Rounds = 60;
    private const ulong Seed = 0x5EED;

    private readonly SimFileSystem _files = new(record: false);
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);

    [TestCase(1L << 30)]
    [TestCase(1L << 20)]
    public async Task KeptBytes_AfterAnyWorkAndReopening_EqualACountOfAllVersions(long maxBytes)
    {
        VersionRetention kept = new() { MaxBytes = maxBytes, Age = TimeSpan.FromHours(1) };
        SimRandom random = new(Seed);
        long most = 0;
        SignalStore store = PastStores.Open(_files, _time, kept);
        for (int round = 0; round < Rounds; round++)
        {
            _time.NowMs += random.Below(200_000);
            PastStores.Append(store, 1UL + (ulong)random.Below(5), round, random.Below(60));
            await (random.Below(3) == 0 ? store.CompactAsync() : store.FlushAsync());
            store.Engine.RunPending();
            if (round % 20 == 19)
            {
                store.Dispose();
                store = PastStores.Open(_files, _time, kept);
            }

            VersionHistory history = store.Engine.History!;
            Assert.That(history.KeptBytes, Is.EqualTo(Count(history.Versions)), $"round {round}, seed {Seed}");
            Assert.That(history.Count, Is.EqualTo(history.Versions.Length));
            most = Math.Max(most, history.KeptBytes);
        }

        store.Dispose();
        Assert.That(most, Is.InRange(32 << 10, maxBytes));
    }

    [Test]
    public async Task KeptBytes_ManyVersions_LookAtNone()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        for (int round = 0; round < 100; round++)
        {
            PastStores.Append(store, 1, round);
            await store.FlushAsync();
        }

        VersionHistory history = store.Engine.History!;
        Assert.That(history.Count, Is.GreaterThan(100));
        _ = history.KeptBytes + history.Count;
        long before = GC.GetAllocatedBytesForCurrentThread();
        long counted = history.KeptBytes + history.Count;
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(counted, Is.GreaterThan(100));
    }

    [Test]
    public void Follow_AnyChange_GivesTheTablesOfNowAndTheObjectsOfBefore()
    {
        Random random = new(3);
        ImmutableList<TableMeta> before = [];
        for (int round = 0; round < 300; round++)
        {
            TableMeta[] now = [.. Enumerable.Range(1, 30).Where(_ => random.Next(3) > 0)
                .Select(number => Table((ulong)number, columnFile: random.Next(10) == 0 ? (ulong)random.Next(100, 102) : 0))];
            ImmutableList<TableMeta> after = RetainedVersion.Follow(before, now);
            Assert.That(after.Select(Describe), Is.EqualTo(now.Select(Describe)));
            foreach (TableMeta table in after)
            {
                TableMeta? old = before.Find(one => one.Number == table.Number);
                Assert.That(ReferenceEquals(old, table), Is.EqualTo(old is not null && Describe(old) == Describe(table)));
            }

            before = after;
        }
    }

    [Test]
    public void Follow_ManyVersionsOfManyTables_TakeWhatChanged()
    {
        const int Tables = 2000;
        ImmutableList<TableMeta> tables = RetainedVersion.Follow([], Enumerable.Range(1, Tables).Select(number => Table((ulong)number, 0)));
        List<ImmutableList<TableMeta>> versions = [tables];
        for (int i = 1; i <= 50; i++)
        {
            versions.Add(RetainedVersion.Follow(versions[^1], [.. versions[^1], Table((ulong)(Tables + i), 0)]));
        }

        // Each version is a tree; what two have in common is the same part of it.
        HashSet<object> parts = new(ReferenceEqualityComparer.Instance);
        long before = 0;
        foreach (ImmutableList<TableMeta> version in versions)
        {
            AddParts(parts, version);
            long added = parts.Count - before;
            Assert.That(before == 0 || added < 40, $"{added} new parts");
            before = parts.Count;
        }

        Assert.That(before, Is.GreaterThan(Tables), "every table is in a part");
    }

    [Test]
    public async Task LetErasedGo_WhileAnotherDoes_CleansOnce()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        PastStores.Append(store, 1, 1, 3);
        ValueTask<AppendAck> erased = store.EraseAsync(UserId.From(1UL));
        store.Engine.RunPending();
        await erased;
        await store.FlushAsync();
        VersionHistory history = store.Engine.History!;
        VersionCommitter committer = store.Engine.Committer;
        ulong edits = history.ErasureEdits;
        int recorded = 0;
        Exception? wrong = null;
        Thread other = new(() => wrong = Catch(() => history.DropVersionsWithErased(edits, Record)));
        history.DropVersionsWithErased(edits, () =>
        {
            ulong version = Record();
            other.Start();

            // Until it is through, or waits for this one to end.
            SpinWait.SpinUntil(() => !other.IsAlive || (other.ThreadState & ThreadState.WaitSleepJoin) != 0);
            return version;
        });
        other.Join();
        Assert.That(wrong, Is.Null);
        Assert.That(recorded, Is.EqualTo(1), "the second one finds nothing left to clean");
        Assert.That(history.Count, Is.EqualTo(1));

        ulong Record()
        {
            Interlocked.Increment(ref recorded);
            return committer.KeepNow();
        }
    }

    [Test]
    public async Task LetErasedGo_StoreIsClosedMeanwhile_WritesNothing()
    {
        SignalStore store = PastStores.Open(_files, _time);
        PastStores.Append(store, 1, 1, 3);
        ValueTask<AppendAck> erased = store.EraseAsync(UserId.From(1UL));
        store.Engine.RunPending();
        await erased;
        await store.FlushAsync();
        VersionHistory history = store.Engine.History!;
        string[] before = [];
        int operations = 0;

        Exception? refusal = Catch(() => history.DropVersionsWithErased(history.ErasureEdits, () =>
        {
            ulong version = store.Engine.Committer.KeepNow();
            store.Dispose();
            before = [.. _files.ListFiles(TestStores.Folder)];
            operations = _files.OperationCount;
            return version;
        }));

        Assert.That(refusal, Is.InstanceOf<ObjectDisposedException>());
        Assert.That(_files.ListFiles(TestStores.Folder), Is.EquivalentTo(before), "the folder may belong to another store by now");
        Assert.That(_files.OperationCount, Is.EqualTo(operations));
    }

    [Test]
    public void CountWhile_AnyLengthAndPlace_IsThatOfTheFirstThatDoesNotHold()
    {
        for (int length = 0; length < 20; length++)
        {
            List<int> items = [.. Enumerable.Range(0, length)];
            for (int place = 0; place <= length; place++)
            {
                Assert.That(Ascending.CountWhile(items, item => item < place), Is.EqualTo(place));
            }
        }
    }

    private static void AddParts(HashSet<object> parts, ImmutableList<TableMeta> version)
    {
        const System.Reflection.BindingFlags Fields = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic;
        Stack<object?> left = new([typeof(ImmutableList<TableMeta>).GetField("_root", Fields)!.GetValue(version)]);
        while (left.TryPop(out object? part))
        {
            if (part is not null && parts.Add(part))
            {
                left.Push(part.GetType().GetField("_left", Fields)!.GetValue(part));
                left.Push(part.GetType().GetField("_right", Fields)!.GetValue(part));
            }
        }
    }

    private static TableMeta Table(ulong number, ulong columnFile) => new()
    {
        Number = number,
        EventType = 0,
        WindowStart = 0,
        MinTime = 1,
        MaxTime = 2,
        Rows = 3,
        Users = 1,
        FileLength = 4096,
        FileChecksum = 1,
        NewestInserted = 2,
        ColumnFiles = columnFile == 0 ? [] : [new ColumnFileMeta(columnFile, 10, 1, [0])],
    };

    private static string Describe(TableMeta table) => $"{table.Number} {string.Join(',', table.ColumnFiles.Select(file => file.Number))}";

    private static Exception? Catch(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private long Count(RetainedVersion[] versions)
    {
        Dictionary<ulong, long> lengths = [];
        foreach (TableMeta table in versions.SelectMany(version => version.Tables))
        {
            lengths[table.Number] = table.FileLength;
            foreach (ColumnFileMeta file in table.ColumnFiles)
            {
                lengths[file.Number] = file.FileLength;
            }
        }

        foreach (TableMeta table in versions[^1].Tables)
        {
            lengths.Remove(table.Number);
            Array.ForEach([.. table.ColumnFiles], file => lengths.Remove(file.Number));
        }

        int logs = _files.ListFiles(TestStores.Folder).Count(name =>
            StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log && number >= versions[0].FirstLog
                && number < versions[^1].FirstLog);
        return lengths.Values.Sum() + (logs * TestStores.Tiny.LogBytes);
    }
}
