using Signals.Kafka;
using Signals.Offline;

namespace Signals.Tests.Kafka;

/// <summary>Imports in the order of the log, and the folder that segments come from.</summary>
[Category("Kafka")]
internal sealed class ImportRecordTests
{
    private static readonly UserId One = UserId.From(1);

    [Test]
    public async Task Import_AReference_IsFetchedVerifiedAndImportedInItsPlace()
    {
        using LogBench bench = new();
        SegmentReference segment = WriteSegment(bench);
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await bench.Log.ImportAsync(0, segment);
        await bench.Log.AppendAsync(LogBench.View(1, 2));
        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with { Segments = new FolderSegmentSource(bench.PathOf("shared")) };
        await LogBench.CatchUpAsync(store, options);
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1, 2, 77 }));
        Assert.That(store.GetResumePosition("kafka:events/0"), Is.EqualTo(3));
    }

    [Test]
    public async Task Import_TheFileIsNotThereOrNotTheOne_WaitsUntilItIs()
    {
        using LogBench bench = new();
        SegmentReference segment = WriteSegment(bench);
        string path = Path.Combine(bench.PathOf("shared"), segment.Name);
        byte[] right = File.ReadAllBytes(path);
        File.Delete(path);
        await bench.Log.ImportAsync(0, segment);
        await bench.Log.AppendAsync(LogBench.View(1, 2));
        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with { Segments = new FolderSegmentSource(bench.PathOf("shared")) };
        await using RunningPartition running = LogBench.Run(store, options);
        await running.UntilAsync(partition => partition.LastError is FileNotFoundException);

        byte[] wrong = [.. right];
        wrong[^1] ^= 1;
        File.WriteAllBytes(path, wrong);
        await running.UntilAsync(partition => partition.LastError is InvalidDataException);
        Assert.That(running.Partition.State, Is.EqualTo(KafkaPartitionState.AwaitingSegment));
        Assert.That(LogBench.Ids(store, 1), Is.Empty, "nothing behind the import is applied before it");

        File.WriteAllBytes(path, right);
        await running.CatchUpAsync();
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 2, 77 }));
    }

    [Test]
    public async Task Import_OfWhatIsNoSegment_IsPoison()
    {
        using LogBench bench = new();
        Directory.CreateDirectory(bench.PathOf("shared"));
        string path = Path.Combine(bench.PathOf("shared"), "a.seg");
        File.WriteAllText(path, "no segment");
        await bench.Log.ImportAsync(0, SegmentReference.Of(path, "a.seg"));
        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with { Segments = new FolderSegmentSource(bench.PathOf("shared")) };
        await using RunningPartition running = LogBench.Run(store, options);
        Assert.That(
            ((PoisonRecordException)await running.FailureAsync()).Reason, Is.EqualTo("the segment is damaged, or is none"));
    }

    [TestCase("../x")]
    [TestCase("a\\b")]
    [TestCase("/etc/passwd")]
    public async Task Import_ANameThatNoFolderMayHave_IsPoison(string name)
    {
        using LogBench bench = new();
        await bench.Log.ImportAsync(0, WriteSegment(bench) with { Name = name });
        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with { Segments = new FolderSegmentSource(bench.PathOf("shared")) };
        await using RunningPartition running = LogBench.Run(store, options);
        Assert.That(((PoisonRecordException)await running.FailureAsync()).Reason, Does.Contain("whose name is not allowed"));
    }

    [Test]
    public async Task Import_TheSourceGivesUpOnce_IsTriedAgainWithTheStoreFlushed()
    {
        using LogBench bench = new();
        SegmentReference segment = WriteSegment(bench);
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await bench.Log.EraseAsync(One);
        await bench.Log.AppendAsync(LogBench.View(1, 2, secondsAgo: -100));
        await bench.Log.ImportAsync(0, segment);
        await using SignalStore store = bench.OpenStore();
        ImpatientSource source = new(store, new FolderSegmentSource(bench.PathOf("shared")));
        KafkaPartitionOptions options = bench.Options with { Segments = source, StagingFolder = bench.PathOf("staging") };
        await LogBench.CatchUpAsync(store, options);
        Assert.That(source.Attempts, Is.EqualTo(2));
        Assert.That(source.RowsNotInTables, Is.Zero, "what is before an import survives a power cut, as the import does");
        Assert.That(source.Folder, Is.EqualTo(bench.PathOf("staging")));
        Assert.That(Directory.EnumerateFileSystemEntries(bench.PathOf("staging")), Is.Empty);
        Assert.That(LogBench.Ids(store, 1), Does.Contain(2UL));
    }

    [Test]
    public void FolderSegmentSource_ANameThatLeadsOut_IsNotAllowed()
    {
        string folder = Directory.CreateTempSubdirectory("signals-").FullName;
        FolderSegmentSource source = new(Path.Combine(folder, "shared"));
        foreach (string name in new[] { "../x", "/etc/passwd", "a/../../x", "", "a//b", "./a", "a\\b", "a\nb" })
        {
            Assert.That(
                async () => await source.FetchAsync(new SegmentReference(name, 0, ""), Path.Combine(folder, "to"), default),
                Throws.TypeOf<SegmentNotAllowedException>(), name);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task FolderSegmentSource_ASeparatorAtTheEnd_FindsTheSegment()
    {
        using LogBench bench = new();
        SegmentReference segment = WriteSegment(bench);
        foreach (string folder in new[] { bench.PathOf("shared") + "/", "/" })
        {
            string name = folder == "/" ? bench.PathOf("shared").TrimStart('/') + "/day.seg" : "day.seg";
            string to = bench.PathOf("to" + folder.Length);
            await new FolderSegmentSource(folder).FetchAsync(segment with { Name = name }, to, default);
            Assert.That(new FileInfo(to).Length, Is.EqualTo(segment.Length));
        }
    }

    [Test]
    public void FolderSegmentSource_AFileOfAnotherLengthOrALink_IsNotCopied()
    {
        using LogBench bench = new();
        SegmentReference segment = WriteSegment(bench);
        FolderSegmentSource source = new(bench.PathOf("shared"));
        Assert.That(
            async () => await source.FetchAsync(segment with { Length = 5 }, bench.PathOf("to"), default),
            Throws.TypeOf<InvalidDataException>());
        Directory.CreateSymbolicLink(bench.PathOf("shared/out"), bench.Folder);
        Assert.That(
            async () => await source.FetchAsync(segment with { Name = "out/shared/day.seg" }, bench.PathOf("to"), default),
            Throws.InstanceOf<IOException>().With.Message.Contains("is a link"));
        Assert.That(File.Exists(bench.PathOf("to")), Is.False);
    }

    private static SegmentReference WriteSegment(LogBench bench)
    {
        string folder = Directory.CreateDirectory(bench.PathOf("shared")).FullName;
        string path = Path.Combine(folder, "day.seg");
        using (SegmentWriter writer = SegmentWriter.Create(
            path, LogBench.Schema["view"], new SegmentOptions { Generation = 1, Source = "test" }))
        {
            writer.Insert(One, LogBench.TimeMs(500), id: 77).Set("n", 77);
            writer.Finish();
        }

        return SegmentReference.Of(path, "day.seg");
    }

    /// <summary>Gives up the first time as an HTTP client does when its time limit is over.</summary>
    private sealed class ImpatientSource(SignalStore store, ISegmentSource behind) : ISegmentSource
    {
        public int Attempts { get; private set; }

        public long RowsNotInTables { get; private set; } = -1;

        public string? Folder { get; private set; }

        public Task FetchAsync(SegmentReference segment, string localPath, CancellationToken cancellationToken)
        {
            RowsNotInTables = store.GetStats().MemTableRows;
            Folder = Path.GetDirectoryName(Path.GetDirectoryName(localPath));
            return ++Attempts == 1
                ? Task.FromException(new TaskCanceledException("the time limit of the source"))
                : behind.FetchAsync(segment, localPath, cancellationToken);
        }
    }
}
