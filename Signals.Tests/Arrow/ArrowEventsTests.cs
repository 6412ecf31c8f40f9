using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Signals.Arrow;
using Signals.Offline;
using Signals.Scanning;
using Signals.Tests.Parquet;
using Signals.Tests.Reliability;

namespace Signals.Tests.Arrow;

/// <summary>Events as Arrow files and streams: what is written and taken in again is the same at every read.</summary>
[Category("Fast")]
[Category("Scaled")]
internal sealed class ArrowEventsTests
{
    private static readonly int[] Seeds = [.. Enumerable.Range(1, TestScale.Of(50))];

    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema
        .EventType("view", type => type.Field<int>("n").Text("title").Vector<float>("vector", 2).Enrichment<double>("score"))
        .EventType("other", type => type.Field<int>("n")));

    [TestCaseSource(nameof(Seeds))]
    public async Task Import_OfFilesOrStreams_GivesAnEqualStore(int seed)
    {
        using LakeFolder folder = new();
        RandomLake random = new(seed);
        StoreSchema schema = random.Schema();
        await using SignalStore store = SignalStore.Open(folder["from"], schema);
        await random.FillAsync(store, events: 400);
        await using SignalStore copy = SignalStore.Open(folder["to"], schema);
        long events = 0;
        foreach (EventTypeSchema type in schema.EventTypes)
        {
            string path = folder[type.Name + (seed % 2 == 0 ? ".arrow" : ".arrows")];
            using EventScan scan = store.Scan(type.Name, new ScanOptions { BatchRows = seed % 3 == 0 ? 7 : 65_536 });
            long written = Write(scan, path, isFile: seed % 2 == 0);
            ArrowImportResult result = await ArrowEvents.ImportAsync(copy, Options(path, type.Name));
            Assert.That((result.Rows, result.Segment?.Events ?? 0, result.Files), Is.EqualTo((written, written, 1)));
            events += written;
        }

        List<string> expected = LakeDump.Of(store);
        Assert.That(LakeDump.Of(copy), Is.EqualTo(expected));
        Assert.That(events, Is.EqualTo(expected.Count));
        Assert.That(
            Directory.EnumerateFileSystemEntries(folder.Path, ".*", SearchOption.AllDirectories), Is.Empty, "nothing temporary is left");
    }

    [Test]
    public async Task Import_OfAnothersFile_TakesItsTypesAndUnits()
    {
        using LakeFolder folder = new();
        await using SignalStore store = SignalStore.Open(folder["store"], Schema);
        Schema foreign = new(
            [
                new Field("id", Int64Type.Default, true), new Field("user", Int64Type.Default, true),
                new Field("time", new TimestampType(TimeUnit.Nanosecond, "UTC"), true),
                new Field("title", LargeStringType.Default, true), new Field("unknown", Int8Type.Default, true),
            ],
            new Dictionary<string, string>());
        long noon = LakeSamples.NoonMs * 1_000_000; // in nanoseconds
        LargeStringArray titles = new(new ArrayData(
            LargeStringType.Default, 2, 1, 0,
            [
                new ArrowBuffer(new byte[] { 1 }), new ArrowBuffer.Builder<long>().AppendRange([0, 3, 3]).Build(),
                new ArrowBuffer("cup"u8.ToArray()),
            ]));
        RecordBatch batch = new(
            foreign,
            [
                new Int64Array.Builder().AppendRange([5, 6]).Build(), new Int64Array.Builder().AppendRange([1, 2]).Build(),
                new TimestampArray(new ArrayData(
                    new TimestampType(TimeUnit.Nanosecond, "UTC"), 2, 0, 0,
                    [ArrowBuffer.Empty, new ArrowBuffer.Builder<long>().AppendRange([noon + 999_999, noon]).Build()])),
                titles, new Int8Array.Builder().AppendRange([1, 2]).Build(),
            ],
            2);
        Write(folder["foreign.arrow"], batch);
        await ArrowEvents.ImportAsync(store, Options(folder["foreign.arrow"], "view"));
        Assert.That(LakeDump.Of(store), Is.EqualTo(new[]
        {
            $"view 1 {LakeSamples.NoonMs} 5 n:Absent title=637570 vector:Absent score:Absent",
            $"view 2 {LakeSamples.NoonMs} 6 n:Absent title:Absent vector:Absent score:Absent",
        }));
    }

    [Test]
    public async Task Import_OfAFileWithBothNamesOfAColumn_IsRefused()
    {
        using LakeFolder folder = new();
        StoreSchema renamed = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n").RenamedFrom("m")));
        await using SignalStore store = SignalStore.Open(folder["store"], renamed);
        string[] longs = ["id", "user", "time"];
        string[] ints = ["n", "m"];
        Schema both = new(
            [
                .. longs.Select(name => new Field(name, Int64Type.Default, true)),
                .. ints.Select(name => new Field(name, Int32Type.Default, true)),
            ],
            new Dictionary<string, string>());
        IArrowArray[] columns =
        [
            .. longs.Select(_ => new Int64Array.Builder().Append(LakeSamples.NoonMs).Build()),
            .. ints.Select(_ => new Int32Array.Builder().Append(1).Build()),
        ];
        Write(folder["both.arrow"], new RecordBatch(both, columns, 1));
        Assert.That(
            () => ArrowEvents.ImportAsync(store, Options(folder["both.arrow"], "view")),
            Throws.TypeOf<ArrowFileException>().With.Message.Contains("'n' and 'm'"));
    }

    [Test]
    public async Task Import_OfAFileFromBeforeARenameOfTheType_IsTaken()
    {
        using LakeFolder folder = new();
        await using (SignalStore store = SignalStore.Open(folder["store"], Schema))
        {
            EventBatch batch = store.CreateBatch("view");
            batch.Add(UserId.From(1UL), LakeSamples.NoonMs, 1).Set("n", 1);
            await store.AppendAsync(batch);
            using EventScan scan = store.Scan("view");
            ArrowEvents.WriteFile(scan, folder["view.arrow"]);
        }

        StoreSchema renamed = StoreSchema.Define(s => s.EventType("page", t => t.TypeRenamedFrom("view")));
        await using SignalStore later = SignalStore.Open(folder["store"], renamed);
        Assert.That((await ArrowEvents.ImportAsync(later, Options(folder["view.arrow"], "page"))).Rows, Is.EqualTo(1));
    }

    [Test]
    public async Task Import_OfCorrections_ChangesEventsAndMakesNone()
    {
        using LakeFolder folder = new();
        await using SignalStore store = SignalStore.Open(folder["store"], Schema);
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(1UL), LakeSamples.NoonMs, 1).Set("n", 1).Set("title", "old");
        await store.AppendAsync(batch);
        await using (SignalStore other = SignalStore.Open(folder["other"], Schema))
        {
            EventBatch made = other.CreateBatch("view");
            made.Add(UserId.From(1UL), LakeSamples.NoonMs, 1).Set("score", 0.5).SetNull("title");
            made.Add(UserId.From(1UL), LakeSamples.NoonMs, 2).Set("score", 2.0);
            made.Add(UserId.From(1UL), LakeSamples.NoonMs, 3);
            await other.AppendAsync(made);
            using EventScan scan = other.Scan("view");
            ArrowEvents.WriteFile(scan, folder["scores.arrow"]);
        }

        ArrowImportResult result = await ArrowEvents.ImportAsync(
            store, Options(folder["scores.arrow"], "view") with { AreCorrections = true });
        Assert.That((result.Rows, result.Segment!.Events, result.Segment.Patches), Is.EqualTo((3, 0, 2)));
        Assert.That(LakeDump.Of(store), Is.EqualTo(new[]
        {
            $"view 1 {LakeSamples.NoonMs} 1 n=01000000 title:Null vector:Absent score=000000000000E03F",
        }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Import_OfAFileThatIsCutOff_IsRefusedWhereverItIsCut(bool isFile)
    {
        using LakeFolder folder = new();
        await using SignalStore store = SignalStore.Open(folder["store"], Schema);
        await FillAsync(store, events: 40);
        using (EventScan scan = store.Scan("view", new ScanOptions { BatchRows = 20 }))
        {
            Write(scan, folder["whole"], isFile);
        }

        byte[] whole = await File.ReadAllBytesAsync(folder["whole"]);
        await using SignalStore copy = SignalStore.Open(folder["copy"], Schema);
        for (int length = 0; length < whole.Length; length += 1 + (whole.Length / 90))
        {
            await File.WriteAllBytesAsync(folder["cut"], whole[..length]);
            await Assert.ThrowsAsync<ArrowFileException>(() => ArrowEvents.ImportAsync(copy, Options(folder["cut"], "view")), $"{length}");
        }

        Assert.That(LakeDump.Of(copy), Is.Empty);
        Assert.That(Directory.GetDirectories(folder.Path, ".*"), Is.Empty, "no segment is left");
    }

    [Test]
    public async Task Import_OfTwoStreamsInOneFile_IsRefused()
    {
        using LakeFolder folder = new();
        await using SignalStore store = SignalStore.Open(folder["store"], Schema);
        await FillAsync(store, events: 4);
        using (FileStream joined = File.Create(folder["joined.arrows"]))
        {
            for (int stream = 0; stream < 2; stream++)
            {
                using EventScan scan = store.Scan("view");
                ArrowEvents.WriteStream(scan, joined);
            }
        }

        await using SignalStore copy = SignalStore.Open(folder["copy"], Schema);
        ArrowFileException? refusal = await Assert.ThrowsAsync<ArrowFileException>(
            () => ArrowEvents.ImportAsync(copy, Options(folder["joined.arrows"], "view")));
        long length = new FileInfo(folder["joined.arrows"]).Length;
        Assert.That(refusal!.Message, Does.Contain($"ends at byte {length / 2} of {length}"));
        Assert.That(LakeDump.Of(copy), Is.Empty);
    }

    [Test]
    public async Task Import_OfWhatDoesNotFit_NamesFileColumnAndKind()
    {
        using LakeFolder folder = new();
        await using SignalStore store = SignalStore.Open(folder["store"], Schema);
        Int64Array one = new Int64Array.Builder().Append(1).Build();
        Int64Array none = new Int64Array.Builder().AppendNull().Build();
        StringArray text = new StringArray.Builder().Append("x").Build();
        foreach ((string column, IArrowArray array, string message) in new (string, IArrowArray, string)[]
            {
                ("n", text, "wanted is int32"), ("user", text, "a whole number"), ("user", none, "null in row 0"),
                ("id", none, "null in row 0"), ("time", none, "null in row 0"),
                ("id", new Int64Array.Builder().Append(-1).Build(), "negative"),
                ("time", new Int64Array.Builder().Append(long.MaxValue).Build(), "years 1 to 9999"),
                ("title:state", one, "wanted is uint8"),
                ("user", new Int64Array.Builder().Append(0).Build(), "cannot be read"),
            })
        {
            Dictionary<string, IArrowArray> columns = new() { ["user"] = one, ["time"] = one, ["id"] = one, ["title"] = text };
            columns[column] = array;
            Schema schema = new([.. columns.Select(pair => new Field(pair.Key, pair.Value.Data.DataType, true))], null);
            string path = folder[$"{Guid.NewGuid():N}.arrow"];
            Write(path, new RecordBatch(schema, columns.Values, 1));
            ArrowFileException? refusal = await Assert.ThrowsAsync<ArrowFileException>(
                () => ArrowEvents.ImportAsync(store, Options(path, "view")), $"{column}: {message}");
            Assert.That(refusal!.Message, Does.Contain(Path.GetFileName(path)).And.Contain(message));
        }

        await FillAsync(store, events: 1);
        using (EventScan scan = store.Scan("view"))
        {
            ArrowEvents.WriteFile(scan, folder["view.arrow"]);
        }

        ArrowFileException? other = await Assert.ThrowsAsync<ArrowFileException>(
            () => ArrowEvents.ImportAsync(store, Options(folder["view.arrow"], "other")));
        Assert.That(other!.Message, Does.Contain("'view'").And.Contain("'other'"));
        Assert.That(
            async () => await ArrowEvents.ImportAsync(store, Options(folder["nowhere"], "view")), Throws.TypeOf<FileNotFoundException>());
    }

    [Test]
    public async Task WriteFile_TextThatIsNotUtf8OrAFileThatExists_IsRefusedAndNothingIsLeft()
    {
        using LakeFolder folder = new();
        await using SignalStore store = SignalStore.Open(folder["store"], Schema);
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(5UL), LakeSamples.NoonMs, 1).SetBytes("title", [0x61, 0xFF]);
        await store.AppendAsync(batch);
        using EventScan scan = store.Scan("view");
        Assert.That(
            () => ArrowEvents.WriteFile(scan, folder["view.arrow"]),
            Throws.TypeOf<ArrowFileException>().With.Message.Contains("'title'").And.Message.Contains("user 5"));
        Assert.That(Directory.GetFiles(folder.Path, "*", SearchOption.TopDirectoryOnly), Is.Empty);
        await File.WriteAllTextAsync(folder["mine.arrow"], "kept");
        Assert.That(() => ArrowEvents.WriteFile(scan, folder["mine.arrow"]), Throws.TypeOf<IOException>());
        Assert.That(await File.ReadAllTextAsync(folder["mine.arrow"]), Is.EqualTo("kept"));
    }

    private static ArrowImportOptions Options(string path, string type) => new()
    {
        Path = path,
        EventType = type,
        Segment = new SegmentOptions { Generation = 1, MemoryBudgetBytes = 1 << 20 },
    };

    private static async Task FillAsync(SignalStore store, int events)
    {
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < events; i++)
        {
            batch.Add(UserId.From(1 + (ulong)i % 3), LakeSamples.NoonMs + i, (ulong)i).Set("n", i).Set("title", $"title {i}");
        }

        await store.AppendAsync(batch);
    }

    private static long Write(EventScan scan, string path, bool isFile)
    {
        if (isFile)
        {
            return ArrowEvents.WriteFile(scan, path);
        }

        using FileStream stream = File.Create(path);
        return ArrowEvents.WriteStream(scan, stream);
    }

    private static void Write(string path, RecordBatch batch)
    {
        using FileStream stream = File.Create(path);
        using ArrowFileWriter writer = new(stream, batch.Schema);
        writer.WriteRecordBatch(batch);
        writer.WriteEnd();
    }
}
