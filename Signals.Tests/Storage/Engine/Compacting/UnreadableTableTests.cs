using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>
/// One table whose directory cannot be read, which is not noticed before somebody looks a user up in it: flushes, imports, erasures and the
/// merges of all other tables go on.
/// </summary>
[Category("Fast")]
internal sealed class UnreadableTableTests
{
    /// <summary>So many users that the directory is in pages, which are read when they are needed.</summary>
    private const int ManyUsers = 400;

    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema
        .EventType("e", type => type.Window(TimeSpan.FromDays(1)).Field<long>("a"))
        .EventType("last", type => type.KeepLast(2).Window(TimeSpan.FromDays(1)).Field<long>("a")));

    private static readonly EngineOptions Options = TestStores.Tiny with
    {
        MemTableBytes = 1 << 20,
        RingBytes = 256 << 10,
        MaxBatchBytes = 64 << 10,
        LogBytes = 1 << 20,
        BlockCacheBytes = 0,
        CacheHoldsDirectories = true, // so that no page stays in memory
    };

    private SettableTime _time = null!;
    private SimFileSystem _files = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new SettableTime(TestStores.Start + 60_000);
        _files = new SimFileSystem(record: false);
    }

    [Test]
    public async Task EraseCertified_TableCannotBeRead_KeepsThePlaceOpenAndFailsNoOtherWork()
    {
        using SignalStore store = Open();
        string bad = await Fill(store, "e", ManyUsers);
        Append(store, "e", 1, 1);
        await store.FlushAsync();
        ErasureCertificate certificate = await Erase(store, 1);
        Spoil(store, bad, isDamaged: false);
        Assert.That(certificate.Places.Select(place => place.Name), Does.Contain(bad));
        for (int round = 0; round < 3; round++)
        {
            Append(store, "last", 2, round);
            await store.FlushAsync();
            store.Engine.RunPending();
            Array.ForEach(store.Engine.TestTurns, turn => turn.Turn());
            store.DeclareComplete("e", DateTimeOffset.FromUnixTimeMilliseconds(TestStores.Start + round));
            Assert.That(store.FirstError, Is.Null);
            Assert.That(certificate.IsComplete, Is.False);
        }

        _files.RefusesReadsOf = null;
        await store.CompactAsync();
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Places));
    }

    [Test]
    public async Task Compact_DirectoryOfATableDamagedOrUnreadable_MergesTheOthers([Values] bool isDamaged, [Values] bool reopened)
    {
        SignalStore store = Open();
        try
        {
            string bad = await Fill(store, "e", ManyUsers);
            for (int flush = 0; flush < 3; flush++)
            {
                Append(store, "e", (ulong)flush + 1, flush);
                Append(store, "last", 1, flush);
                await store.FlushAsync();
            }

            _time.NowMs += 60_000;
            ValueTask<AppendAck> erased = store.EraseAsync(UserId.From(2UL));
            await store.FlushAsync();
            await erased;
            if (reopened)
            {
                store.Dispose();
                store = Open();
            }

            Spoil(store, bad, isDamaged);
            Turn(store, 12);
            Assert.That(store.FirstError, Is.Null);
            Assert.That(Tables(store, "e"), Is.EqualTo(2), "the bad one, and one of the others");
            Assert.That(Tables(store, "last"), Is.EqualTo(1));
            if (isDamaged)
            {
                Assert.That(
                    async () => await store.CompactAsync(), Throws.InstanceOf<StoreWorkFailedException>(),
                    "who was erased is still in the bad one");
                Assert.That(Tables(store, "e"), Is.EqualTo(2));
                return;
            }

            _files.RefusesReadsOf = null;
            Turn(store, 12);
            await store.CompactAsync();
            Assert.That((store.WorkError, Tables(store, "e")), Is.EqualTo(((Exception?)null, 1)));
            Assert.That(Count(store, "e", 2), Is.Zero);
            bool isLeft = store.Engine.Tables.Tables.Any(table => table.TryFind(UserId.From(2UL), out _));
            Assert.That(isLeft, Is.False, "the erasure was not forgotten meanwhile");
        }
        finally
        {
            store.Dispose();
        }
    }

    /// <summary>How much of what is older is still wanted is asked of the newest table; what that does not say counts as nothing.</summary>
    [Test]
    public async Task Compact_NewestTableOfAKeepLastTypeUnreadable_MergesTheOlderOnes([Values] bool isDamaged)
    {
        using SignalStore store = Open();
        for (int flush = 0; flush < 3; flush++)
        {
            Append(store, "last", 1, flush);
            await store.FlushAsync();
        }

        string bad = await Fill(store, "last", ManyUsers, days: 3);
        Spoil(store, bad, isDamaged);
        Turn(store, 12);
        Assert.That((store.FirstError, Tables(store, "last")), Is.EqualTo(((Exception?)null, 2)));
    }

    private SignalStore Open() => TestStores.Open(_files, Schema, _time, Options);

    private void Spoil(SignalStore store, string name, bool isDamaged)
    {
        if (!isDamaged)
        {
            _files.RefusesReadsOf = path => path.EndsWith(name, StringComparison.Ordinal);
            return;
        }

        Table bad = store.Engine.Tables.Tables.Single(table => StoreFiles.FileOf(table.Meta) == name);
        TableSection pages = bad.Footer.Section(TableFormat.DirectoryPagesSection);
        byte[] damage = new byte[pages.Length];
        damage.AsSpan().Fill(0xEE);
        using IFile file = _files.Open($"{TestStores.Folder}/{name}", FileOpenMode.ReadWrite);
        file.Write(pages.Offset, damage);
    }

    private static void Turn(SignalStore store, int times)
    {
        for (int turn = 0; turn < times; turn++)
        {
            store.Engine.RunPending();
        }
    }

    private static int Tables(SignalStore store, string type) =>
        store.Engine.Tables.Tables.Count(table => table.Meta.EventType == store.Schema[type].Id);

    private static int Count(SignalStore store, string type, ulong user)
    {
        using Sequence read = store.Read(UserId.From(user), store.Query(type).Build());
        return read.Count;
    }

    private static void Append(SignalStore store, string type, ulong user, int at)
    {
        EventBatch batch = store.CreateBatch(type);
        batch.Add(UserId.From(user), TestStores.Start + at, (ulong)at + 1).Set("a", (long)at);
        store.Append(batch);
    }

    /// <summary>One table with an event of each of many users; its file.</summary>
    private async Task<string> Fill(SignalStore store, string type, int users, int days = 0)
    {
        _time.NowMs += days * 86_400_000L;
        HashSet<string> before = [.. _files.ListFiles(TestStores.Folder)];
        EventBatch batch = store.CreateBatch(type, users);
        for (int user = 1; user <= users; user++)
        {
            batch.Add(UserId.From((ulong)user), TestStores.Start + (days * 86_400_000L) + 1, 1_000_000UL + (ulong)user).Set("a", 7L);
        }

        store.Append(batch);
        await store.FlushAsync();
        return _files.ListFiles(TestStores.Folder).Single(
            name => !before.Contains(name) && StoreFiles.Classify(name, out _) == StoreFileKind.Table);
    }

    private async Task<ErasureCertificate> Erase(SignalStore store, ulong user)
    {
        _time.NowMs += 60_000;
        Task<ErasureCertificate> erased = store.EraseCertifiedAsync(UserId.From(user));
        await store.FlushAsync(); // and nothing is merged yet
        return await erased;
    }
}
