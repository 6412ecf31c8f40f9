using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Tables;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Maintenance;

/// <summary>Segments and column files under verification, checkpoints, salvage, erasure certificates and bit rot.</summary>
[Category("Reliability")]
internal sealed class OfflineFilesTests
{
    private const int Users = 8;
    private const int Events = 5;
    private const int Score = 1;
    private const int BitsPerFile = 700;
    private const ulong Seed = 0x0FF1;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t
        .Field<int>("n").Enrichment<int>("score").Window(TimeSpan.FromDays(1))));

    private static readonly EngineOptions Roomy = TestStores.Tiny with { MemTableBytes = 1 << 20, LogBytes = 1 << 20 };

    private readonly SettableTime _time = new(TestStores.Start);
    private SimFileSystem _files = null!;

    /// <summary>A table with a column file, and a segment whose patches wait for their events.</summary>
    [SetUp]
    public void Fill()
    {
        _files = new SimFileSystem(record: false);
        using SignalStore store = Open(_files);
        EventBatch batch = store.CreateBatch("e");
        for (ulong user = 0; user < Users; user++)
        {
            for (int i = 0; i < Events; i++)
            {
                batch.Add(UserId.From(user + 1), TimeOf(0, i), (ulong)i).Set("n", i);
            }
        }

        store.Append(batch);
        Wait(store.FlushAsync());
        Attach(store, daysBack: 0);
        store.Engine.RunPending();
        Attach(store, daysBack: 30);
        Assert.That(Names(".col"), Is.Not.Empty);
        Assert.That(Names(".seg"), Is.Not.Empty);
    }

    [Test]
    public void Verify_ColumnFileOrSegmentDamaged_IsReported([Values(".col", ".seg")] string kind)
    {
        using SignalStore store = Open(_files);
        Assert.That(store.Verify().Problems, Is.Empty);
        string name = Names(kind)[0];
        Flip(_files, name, LengthOf(name) * 4);
        Assert.That(store.Verify().Problems.Select(problem => Path.GetFileName(problem.File)), Is.EqualTo(new[] { name }));
    }

    [Test]
    public void Checkpoint_WithColumnFilesAndSegments_AnswersTheSame([Values] bool canLink)
    {
        _files.CanLink = canLink;
        using SignalStore store = Open(_files);
        Wait(store.CheckpointAsync("/copy"));
        using SignalStore copy = Open(_files, "/copy");
        Assert.That(copy.Verify().Problems, Is.Empty);
        Assert.That(Answers(copy), Is.EqualTo(Answers(store)));
    }

    [Test]
    public void Open_BitOfAColumnFileOrSegmentFlipped_IsRefusedOrAnswersTheSame([Values(".col", ".seg")] string kind)
    {
        string expected = Expected();
        SimDisk disk = Disk();
        string name = Names(kind)[0];
        SimRandom random = new(Seed);
        int refused = 0;
        int bits = TestScale.Of(BitsPerFile);
        for (int i = 0; i < bits; i++)
        {
            SimFileSystem files = new(disk, record: false);
            int bit = random.Below((int)LengthOf(name) * 8);
            Flip(files, name, bit);
            try
            {
                using SignalStore store = Open(files);
                Assert.That(Answers(store), Is.EqualTo(expected), $"bit {bit} of {name}");
            }
            catch (CorruptionException)
            {
                refused++;
            }
        }

        TestContext.Out.WriteLine($"{bits} bits of a {kind} file, {refused} refused");
        Assert.That(refused, Is.GreaterThan(bits / 4));
    }

    [Test]
    public void Salvage_BitOfAColumnFileOrSegmentFlipped_OpensAndNamesIt([Values(".col", ".seg")] string kind)
    {
        string expected = Expected();
        SimDisk disk = Disk();
        string name = Names(kind)[0];
        SimRandom random = new(Seed + 1);
        for (int i = 0; i < 60; i++)
        {
            SimFileSystem files = new(disk, record: false);
            int bit = random.Below((int)LengthOf(name) * 8);
            Flip(files, name, bit);
            SalvageReport report = StoreSalvage.Run(files, TestStores.Folder, "/salvaged", null, default);
            using SignalStore store = Open(files, "/salvaged");
            Assert.That(store.Verify().Problems, Is.Empty, $"bit {bit} of {name}");
            Assert.That(report.Losses.Select(loss => Path.GetFileName(loss.File)), Has.Some.EqualTo(name), $"bit {bit} of {name}");
            if (kind == ".seg")
            {
                Assert.That(Answers(store), Is.EqualTo(expected), "patches without events show nowhere");
            }
        }
    }

    [Test]
    public void Certificate_UserWithPatches_NamesColumnFilesAndSegments()
    {
        using SignalStore store = Open(_files);
        Task<ErasureCertificate> erased = store.EraseCertifiedAsync(UserId.From(3));
        Wait(store.Engine.WhenAppliedAsync().AsTask());
        ErasureCertificate certificate = erased.GetAwaiter().GetResult();
        Assert.That(certificate.Places.Select(place => place.Name), Is.SupersetOf(Names(".col").Concat(Names(".seg"))));
        Wait(store.CompactAsync());
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Places));
    }

    private static long TimeOf(int daysBack, int i) => TestStores.Start - (daysBack * 86_400_000L) - ((i + 1) * 1000L);

    private static void Wait(Task work) => work.GetAwaiter().GetResult();

    private static void Flip(SimFileSystem files, string name, long bit) =>
        DamagedStore.Change(files, Path.Combine(TestStores.Folder, name), bit / 8, 1, bytes => bytes[0] ^= (byte)(1 << (int)(bit % 8)));

    private static string Answers(SignalStore store)
    {
        UserId[] users = [.. Enumerable.Range(0, Users).Select(user => UserId.From((ulong)user + 1))];
        using SequenceBatch all = store.ReadMany(users, store.Query("e").Build());
        return $"{string.Join(',', all.Times.ToArray())} {string.Join(',', all.Field<int>("n").ToArray())} "
            + $"{string.Join(',', all.Field<int>("score").ToArray())} {Convert.ToHexString(MemoryMarshal.AsBytes(all.States("score")))}";
    }

    private string Expected()
    {
        using SignalStore store = Open(_files);
        return Answers(store);
    }

    private SimDisk Disk()
    {
        SimDisk disk = new();
        SimFileSystem recorded = new(disk);
        recorded.CreateDirectory(TestStores.Folder);
        foreach (string name in _files.ListFiles(TestStores.Folder))
        {
            using IFile file = _files.Open(Path.Combine(TestStores.Folder, name), FileOpenMode.Read);
            byte[] bytes = new byte[file.Length];
            file.Read(0, bytes);
            using IFile copy = recorded.Open(Path.Combine(TestStores.Folder, name), FileOpenMode.CreateNew);
            copy.Write(0, bytes);
        }

        return recorded.Recording().KillImage(recorded.OperationCount);
    }

    private static void Attach(SignalStore store, SimFileSystem files, int daysBack, long importedMs)
    {
        SortedDictionary<UserId, RowBuffer> users = [];
        for (ulong user = 0; user < Users; user++)
        {
            RowBuffer rows = new([.. Schema["e"].Columns.Select(column => column.Type)], Stamp.Create(3, 1), StampParts.None);
            for (int i = 0; i < Events; i++)
            {
                rows.AppendKey(TimeOf(daysBack, i), (ulong)i);
                rows.Columns[Score].AppendFixedRows(1).Fill((byte)(1 + i));
            }

            rows.FillAbsent();
            users[UserId.From(user + 1)] = rows;
        }

        using AttachedRuns runs = new(files, store, TestStores.Tiny.Tables) { ImportedMs = importedMs };
        runs.Add(Schema["e"], RunKind.Patches, users).Attach();
    }

    private void Attach(SignalStore store, int daysBack) => Attach(store, _files, daysBack, _time.NowMs);

    private long LengthOf(string name)
    {
        using IFile file = _files.Open(Path.Combine(TestStores.Folder, name), FileOpenMode.Read);
        return file.Length;
    }

    private string[] Names(string suffix) =>
        [.. _files.ListFiles(TestStores.Folder).Where(name => name.EndsWith(suffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    private SignalStore Open(SimFileSystem files, string folder = TestStores.Folder) =>
        SignalStore.Open(files, folder, Schema, Roomy, _time);
}
