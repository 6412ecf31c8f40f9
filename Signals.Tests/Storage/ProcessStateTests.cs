using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Signals.Enrichment;
using Signals.Maintenance;
using Signals.Offline;
using Signals.Serving;
using Signals.Tests.Storage.Entities;

namespace Signals.Tests.Storage;

/// <summary>State of the process that anybody may change at any time: nothing of it is looked at once a call was given its path.</summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class ProcessStateTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item").Text("note")));

    private static readonly StoreOptions Small = new()
    {
        MemTableBytes = 1 << 17,
        RingBytes = 1 << 16,
        MaxBatchBytes = 1 << 14,
        LogBytes = 1 << 16,
    };

    private string _before = "";
    private string _root = "";

    [SetUp]
    public void MakeFolders()
    {
        _before = Environment.CurrentDirectory;
        _root = Directory.CreateTempSubdirectory("signals-state-").FullName;
        Directory.CreateDirectory(At("one"));
        Directory.CreateDirectory(At("two"));
        Environment.CurrentDirectory = At("one");
    }

    [TearDown]
    public void RemoveFolders()
    {
        Environment.CurrentDirectory = _before;
        Directory.Delete(_root, recursive: true);
    }

    [Test]
    public async Task CurrentDirectory_ChangedWhileTwoStoresAreOpen_NeitherTouchesTheOther()
    {
        Environment.CurrentDirectory = At("two");
        SignalStore two = SignalStore.Open("signals", Schema, Small);
        Environment.CurrentDirectory = At("one");
        SignalStore one = SignalStore.Open("signals", Schema, Small);
        Environment.CurrentDirectory = At("two");
        await FillAsync(one, user: 1, batches: 60);
        Environment.CurrentDirectory = At("one");
        await FillAsync(two, user: 2, batches: 30);
        await one.CompactAsync();
        await one.CheckpointAsync("checkpoint");
        Environment.CurrentDirectory = "/";
        await two.CompactAsync();
        await one.DisposeAsync();
        await two.DisposeAsync();
        Assert.That((CountIn("one/signals", 1), CountIn("one/signals", 2)), Is.EqualTo((6_000, 0)));
        Assert.That((CountIn("two/signals", 1), CountIn("two/signals", 2)), Is.EqualTo((0, 3_000)));
        Assert.That(CountIn("one/checkpoint", 1), Is.EqualTo(6_000));
    }

    [Test]
    public async Task CurrentDirectory_ChangedAfterEachCall_FilesAreWhereTheyWereAskedFor()
    {
        using (SegmentWriter segment = SegmentWriter.Create("in.seg", Schema["view"], new SegmentOptions { Generation = 1 }))
        using (EntityTableWriter entities = EntityTableWriter.Create("prices", EntitySamples.Schema))
        {
            Environment.CurrentDirectory = At("two");
            segment.Insert(UserId.From(1UL), 1_772_323_200_000, 1).Set("item", 7L);
            EntitySamples.Add(entities, 2);
            segment.Finish();
            entities.Finish();
        }

        Assert.That(Directory.EnumerateFileSystemEntries(At("two")), Is.Empty);
        Environment.CurrentDirectory = At("one");
        SignalStore store = SignalStore.Open("signals", Schema, Small);
        using EntityTable table = EntityTable.Open("prices");
        FeatureLogWriter log = FeatureLogWriter.Open("features");
        Task<ImportResult> importing = store.ImportAsync("in.seg", new ImportOptions { Move = true });
        Environment.CurrentDirectory = At("two");
        Assert.That((await importing).SourceRemoved);
        await store.DisposeAsync();
        log.Dispose();
        EntityLookup lookup = table.CreateLookup();
        lookup.Find([EntitySamples.KeyOf(2)]);
        EntitySamples.AssertRow(lookup, 0, 2);
        Task<SalvageReport> salvage = Task.Run(() => SignalStore.Salvage("../one/signals", "saved"));
        Assert.That((await salvage).Losses, Is.Empty);
        Environment.CurrentDirectory = At("one");
        Assert.That(File.Exists("features"));
        Assert.That((CountIn("one/signals", 1), CountIn("two/saved", 1)), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Culture_ChangedAfterOpen_NamesAndTextsAreTheSame()
    {
        CultureInfo culture = CultureInfo.DefaultThreadCurrentCulture ?? CultureInfo.CurrentCulture;
        CultureInfo strange = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        strange.NumberFormat = new NumberFormatInfo
        {
            NegativeSign = "minus",
            NumberGroupSeparator = "'",
            NumberDecimalSeparator = "#",
            NumberGroupSizes = [1],
        };
        SignalStore store = SignalStore.Open("signals", Schema, Small);
        try
        {
            CultureInfo.DefaultThreadCurrentCulture = strange;
            CultureInfo.CurrentCulture = strange;
            Environment.SetEnvironmentVariable("TMPDIR", At("nowhere"));
            await FillAsync(store, user: 1, batches: 40);
            await store.CompactAsync();
            await store.CheckpointAsync("checkpoint");
            await store.DisposeAsync();
            Assert.That((CountIn("one/signals", 1), CountIn("one/checkpoint", 1)), Is.EqualTo((4_000, 4_000)));
        }
        finally
        {
            Environment.SetEnvironmentVariable("TMPDIR", null);
            CultureInfo.CurrentCulture = culture;
            CultureInfo.DefaultThreadCurrentCulture = null;
        }
    }

    [Test]
    [Platform("Linux")]
    [UnsupportedOSPlatform("windows")]
    public async Task Umask_TakesTheOwnersRightsAfterOpen_FilesAreReadableByTheirOwner()
    {
        SignalStore store = SignalStore.Open("signals", Schema, Small);
        uint mask = SetUmask(0x1FF);
        try
        {
            await FillAsync(store, user: 1, batches: 40);
            await store.CompactAsync();
            await store.CheckpointAsync("checkpoint");
            await store.DisposeAsync();
        }
        finally
        {
            _ = SetUmask(mask);
        }

        string[] files = [.. Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "LOCK")];
        Assert.That(files, Has.Length.GreaterThan(4));
        Assert.That(files.Select(File.GetUnixFileMode), Is.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    [Platform("Linux")]
    public void Dispose_WhileAProcessIsBeingStarted_FreesTheStore()
    {
        string path = Path.Combine(_root, "store");
        int copy;
        using (SignalStore.Open(path, Schema))
        {
            string locked = Directory.EnumerateFiles("/proc/self/fd")
                .First(link => File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName == Path.Combine(path, "LOCK"));
            copy = Duplicate(int.Parse(Path.GetFileName(locked), CultureInfo.InvariantCulture)); // As a process has it that just starts.
        }

        Assert.That(copy, Is.Positive);
        try
        {
            Assert.That(() => SignalStore.Open(path, Schema).Dispose(), Throws.Nothing);
        }
        finally
        {
            Assert.That(CloseFile(copy), Is.Zero);
        }
    }

    [DllImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int file);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseFile(int file);

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint SetUmask(uint mask);

    private static async Task FillAsync(SignalStore store, ulong user, int batches)
    {
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < batches * 100; i++)
        {
            batch.Add(UserId.From(user), 1_772_323_200_000 + i, 1).Set("note", "note");
            if (batch.Count == 100)
            {
                await store.AppendAsync(batch);
                batch.Clear();
            }
        }
    }

    private int CountIn(string folder, ulong user)
    {
        using SignalStore store = SignalStore.Open(At(folder), Schema, Small);
        using Sequence sequence = store.Read(UserId.From(user), store.Query("view").Columns().Build());
        return sequence.Count;
    }

    private string At(string name) => Path.Combine(_root, name);
}
