using Signals.Enrichment;
using Signals.Offline;
using Signals.Parquet;
using Signals.Parquet.Importing;
using Signals.Parquet.Reading;

namespace Signals.Tests.Parquet;

/// <summary>Files that look right and are not: of another type, of half an export, replaced, rewritten.</summary>
[Category("Fast")]
internal sealed class LakeSourceTests
{
    private static readonly StoreSchema Sales = StoreSchema.Define(s => s.EventType("sale", t => t.Field<int>("i32").Text("country")));
    private static readonly EntitySchema Items = EntitySchema.Define("items", table => table.Field<float>("price").Text("title"));

    private LakeFolder _folder = null!;
    private SignalStore _store = null!;
    private Duck _duck = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _folder = new LakeFolder();
        _duck = new Duck();
        _store = await LakeSamples.OpenAsync(_folder["store"]);
    }

    [TearDown]
    public async Task RemoveAsync()
    {
        await _store.DisposeAsync();
        _duck.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Import_OfAnotherTypeOrKind_IsRefusedNamingBoth()
    {
        ParquetExportResult events = await ExportAsync();
        Assert.That(
            async () => await WriteAsync(events.Files[0].Path),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("'view'").And.Message.Contains("'sale'"));
        Assert.That(
            async () => await EntitiesAsync(events.Files[0].Path, "user_id"),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("Events of 'view'").And.Message.Contains("Entities"));
        WriteTable();
        await ParquetEntityTables.ExportAsync(_folder["items.entities"], _folder["items.parquet"]);
        Assert.That(
            async () => await WriteAsync(_folder["items.parquet"]),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("Entities of 'items'"));
    }

    [Test]
    public async Task Import_OfAnExportFromBeforeARenameOfTheType_IsTaken()
    {
        ParquetExportResult events = await ExportAsync();
        await _store.DisposeAsync();
        StoreSchema renamed = StoreSchema.Define(s => s.EventType("page", t => t.TypeRenamedFrom("view").TypeRenamedFrom("hit")));
        _store = SignalStore.Open(_folder["store"], renamed);
        ParquetImportResult result = await ParquetImporter.ImportAsync(_store, LakeRoundTripTests.ImportOptions(_folder["lake"], "page"));
        Assert.That((result.Rows, result.RejectedRows), Is.EqualTo((events.Rows, 0L)));
        Directory.CreateDirectory(_folder["lake/type=hit"]);
        Assert.That(
            () => SourcePath.List(_folder["lake"], _store.Schema["page"]),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("type=hit, type=view"));
        Directory.CreateDirectory(_folder["lake/type=page"]);
        Assert.That(
            () => SourcePath.List(_folder["lake"], _store.Schema["page"]),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("type=page, type=hit, type=view"));
        Directory.Delete(_folder["lake/type=hit"]);
        Assert.That(
            () => SourcePath.List(_folder["lake"], _store.Schema["page"]),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("type=page, type=view"), "neither is read as if it were both");
    }

    [Test]
    public async Task Import_OfAnExportWithoutItsMarker_IsRefusedUnlessAFileIsNamed()
    {
        ParquetExportResult events = await ExportAsync();
        File.Delete(_folder["lake/type=view/_SUCCESS"]);
        foreach (string path in (string[])["lake", "lake/type=view", "lake/type=view/dt=2026-03-01"])
        {
            Assert.That(
                async () => await ParquetImporter.ImportAsync(_store, LakeRoundTripTests.ImportOptions(_folder[path], "view")),
                Throws.TypeOf<FileOperationException>().With.Message.Contains("_SUCCESS"));
        }

        await ParquetImporter.ImportAsync(_store, LakeRoundTripTests.ImportOptions(events.Files[0].Path, "view"));
    }

    [Test]
    public void TryRead_OfAFileThatWasReplaced_IsRefused()
    {
        Write("SELECT 7 AS user, 5 AS time, 1 AS id, 2 AS i32");
        ImportPlan plan = ImportPlan.Make(Sales["sale"], Options(_folder["in"]), CancellationToken.None);
        Write("SELECT x AS user, 5 AS time, 1 AS id, 2 AS i32 FROM range(1, 9) t(x)");
        using RowSource source = new(Sales["sale"], Options(_folder["in"]), plan.Units, 64, 1 << 20);
        Assert.That(source.TryRead, Throws.TypeOf<ParquetFileException>().With.Message.Contains("import again"));
    }

    [Test]
    public void TryRead_OfAFileThatWasReplacedByOneWithAsManyRows_IsRefused()
    {
        Write("SELECT 7 AS user, 5 AS time, 1 AS id, 2 AS i32");
        ImportPlan plan = ImportPlan.Make(Sales["sale"], Options(_folder["in"]), CancellationToken.None);
        Write("SELECT 8 AS user, 5 AS time, 1 AS id, 2 AS i32");
        foreach (string file in Directory.GetFiles(_folder["in"], "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch); // a disk may keep times to the second only
        }

        using RowSource source = new(Sales["sale"], Options(_folder["in"]), plan.Units, 64, 1 << 20);
        Assert.That(source.TryRead, Throws.TypeOf<ParquetFileException>().With.Message.Contains("import again"));
    }

    [TestCase("in")]
    [TestCase("in/country=NL")]
    [TestCase("in/country=NL/a.parquet")]
    public void List_OfAPathBelowAPartition_KeepsItsValue(string path)
    {
        Write("SELECT 7 AS user, 5 AS time, 1 AS id, 2 AS i32", "in/country=NL");
        Assert.That(SourcePath.List(_folder[path], null).Single().Partitions["country"], Is.EqualTo("NL"));
    }

    [TestCase("4000000000::UINTEGER", ParquetTimeUnit.Seconds, 4_000_000_000_000)]
    [TestCase("1999999::INTEGER", ParquetTimeUnit.Microseconds, 1999)]
    [TestCase("1999999::INTEGER", ParquetTimeUnit.Nanoseconds, 1)]
    [TestCase("4000000000::UINTEGER", ParquetTimeUnit.Nanoseconds, 4000)]
    public void Times_OfNarrowNumbers_HaveTheirSignAndUnit(string time, ParquetTimeUnit unit, long expectedMs)
    {
        Write($"SELECT 7 AS user, {time} AS time, 1 AS id, 2 AS i32");
        ImportPlan plan = ImportPlan.Make(Sales["sale"], Options(_folder["in"], unit), CancellationToken.None);
        using RowSource source = new(Sales["sale"], Options(_folder["in"], unit), plan.Units, 64, 1 << 20);
        Assert.That(source.TryRead(), Is.True);
        Assert.That((source.Columns.RefusalOf(0), source.Columns.Times[0]), Is.EqualTo(((string?)null, expectedMs)));
    }

    [Test]
    public async Task Open_OfAFileThatAnotherToolRewrote_HasOurNamesAndNoDescription()
    {
        ParquetExportResult events = await ExportAsync();
        string description = _duck.Rows(
            $"SELECT decode(value) FROM parquet_kv_metadata('{events.Files[0].Path}') WHERE decode(key) = 'signals'")[0];
        _duck.Run($"COPY (SELECT * FROM read_parquet('{events.Files[0].Path}') ORDER BY user_id DESC) TO '{_folder["again.parquet"]}' "
            + $"(FORMAT parquet, KV_METADATA {{signals: '{description}'}})");
        using (SourceFile own = SourceFile.Open(events.Files[0].Path))
        using (SourceFile again = SourceFile.Open(_folder["again.parquet"]))
        {
            Assert.That((own.HasOurLayout, own.Description?.Name), Is.EqualTo((true, "view")));
            Assert.That((again.HasOurLayout, again.Description), Is.EqualTo((true, (object?)null)));
        }

        ImportPlan plan = ImportPlan.Make(
            _store.Schema["view"], LakeRoundTripTests.ImportOptions(_folder["again.parquet"], "view"), CancellationToken.None);
        Assert.That(plan.Units.Select(unit => unit.IsSorted), Is.EqualTo(new[] { false }));
    }

    [TestCase("'7'", false)]
    [TestCase("'abc'::BLOB", false)]
    [TestCase("'00000000-0000-0001-0000-000000000002'::UUID", true)]
    [TestCase("7::BIGINT", true)]
    public async Task Keys_OfOthers_AreTakenOnlyWhereTheirMeaningIsSure(string key, bool isSure)
    {
        Write($"SELECT {key} AS \"key\", 2.5 AS price");
        if (isSure)
        {
            Assert.That((await EntitiesAsync(_folder["in"])).Rows, Is.EqualTo(1));
        }
        else
        {
            Assert.That(
                async () => await EntitiesAsync(_folder["in"]), Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("KeyKind"));
        }
    }

    [Test]
    public async Task Import_OfEntities_TakesTextAsCanonicalOnlyFromTheirKey()
    {
        WriteTable();
        await ParquetEntityTables.ExportAsync(_folder["items.entities"], _folder["items.parquet"]);
        Assert.That((await EntitiesAsync(_folder["items.parquet"], "key")).Rows, Is.EqualTo(1));
        Assert.That(
            async () => await EntitiesAsync(_folder["items.parquet"], "title"),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("KeyKind"));
    }

    [Test]
    public void Import_OfEntitiesWithoutColumnsOrFiles_KeepsTheTable()
    {
        WriteTable();
        byte[] before = File.ReadAllBytes(_folder["items.entities"]);
        Write("SELECT 7 AS \"key\", 2.5 AS other");
        Assert.That(
            async () => await EntitiesAsync(_folder["in"], to: "items.entities"),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("at least one column of 'items' (price, title)"));
        Directory.CreateDirectory(_folder["empty"]);
        File.WriteAllText(_folder["empty/_SUCCESS"], "");
        Assert.That(
            async () => await EntitiesAsync(_folder["empty"], to: "items.entities"), Throws.TypeOf<FileNotFoundException>());
        Assert.That(File.ReadAllBytes(_folder["items.entities"]), Is.EqualTo(before));
    }

    private static ParquetImportOptions Options(string path, ParquetTimeUnit unit = ParquetTimeUnit.Milliseconds) => new()
    {
        Path = path,
        EventType = "sale",
        Segment = new SegmentOptions { Generation = 1 },
        TimeUnit = unit,
        Parallelism = 1,
    };

    private Task<ParquetExportResult> ExportAsync() =>
        ParquetExporter.ExportAsync(_store, new ParquetExportOptions { Folder = _folder["lake"], Parallelism = 1 });

    private Task<ParquetImportResult> WriteAsync(string path) =>
        ParquetImporter.WriteSegmentsAsync(Sales["sale"], _folder["out"], "s", Options(path));

    private Task<ParquetImportResult> EntitiesAsync(string path, string? key = null, string to = "new.entities") =>
        ParquetEntityTables.ImportAsync(_folder[to], Items, new ParquetEntityOptions { Path = path, KeyColumn = key });

    private void Write(string select, string folder = "in")
    {
        Directory.CreateDirectory(_folder[folder]);
        _duck.Run($"COPY ({select}) TO '{_folder[folder + "/a.parquet"]}' (FORMAT parquet)");
    }

    private void WriteTable()
    {
        using EntityTableWriter writer = EntityTableWriter.Create(_folder["items.entities"], Items);
        writer.Add(EntityKey.From(1)).Set("price", 1f).Set("title", "7");
        writer.Finish();
    }
}
