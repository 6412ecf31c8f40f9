using Signals.Parquet;

namespace Signals.Tests.Parquet;

/// <summary>What an export leaves in its folder, and what it refuses.</summary>
[Category("Fast")]
internal sealed class LakeExportTests
{
    private LakeFolder _folder = null!;
    private SignalStore _store = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _folder = new LakeFolder();
        _store = await LakeSamples.OpenAsync(_folder["store"]);
    }

    [TearDown]
    public async Task RemoveAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Export_Files_LieInFoldersOfTypeAndDay()
    {
        ParquetExportResult result = await ParquetExporter.ExportAsync(_store, Options());
        Assert.That(result.Files.Select(file => Path.GetRelativePath(_folder["lake"], file.Path)), Is.EqualTo(new[]
        {
            "type=view/dt=2026-03-01/part-00000.parquet", "type=view/dt=2026-03-02/part-00000.parquet",
        }));
        Assert.That(Names(), Is.EqualTo(result.Files.Select(file => file.Path).Append(_folder["lake/type=view/_SUCCESS"]).Order()));
        Assert.That((result.Rows, result.Bytes), Is.EqualTo((4, result.Files.Sum(file => new FileInfo(file.Path).Length))));
    }

    [Test]
    public async Task Export_IntoAFolderWithFiles_IsRefusedUnlessAsked()
    {
        await ParquetExporter.ExportAsync(_store, Options(ParquetPartition.None));
        Assert.That(
            async () => await ParquetExporter.ExportAsync(_store, Options()),
            Throws.TypeOf<FileOperationException>().With.Message.Contains("Overwrite"));
        ParquetExportResult again = await ParquetExporter.ExportAsync(_store, Options(overwrite: true));
        Assert.That(Names(), Has.Length.EqualTo(again.Files.Count + 1), "the file of the first export is gone");
    }

    [Test]
    public void Export_OverFilesOfOthers_IsRefused()
    {
        using Duck duck = new();
        Directory.CreateDirectory(_folder["lake/type=view"]);
        duck.Run($"COPY (SELECT 1 AS x) TO '{_folder["lake/type=view/theirs.parquet"]}' (FORMAT parquet)");
        Assert.That(
            async () => await ParquetExporter.ExportAsync(_store, Options(overwrite: true)),
            Throws.TypeOf<FileOperationException>().With.Message.Contains("theirs.parquet"));
        Assert.That(Names(), Is.EqualTo(new[] { _folder["lake/type=view/theirs.parquet"] }));
    }

    [Test]
    public async Task Export_Cancelled_LeavesNothingAndKeepsWhatWasThere()
    {
        await ParquetExporter.ExportAsync(_store, Options());
        string[] before = Names();
        using CancellationTokenSource stop = new();
        ParquetExportOptions options = new()
        {
            Folder = _folder["lake"],
            Overwrite = true,
            Progress = new Callback(_ => stop.Cancel()),
        };
        Assert.That(
            async () => await ParquetExporter.ExportAsync(_store, options, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Names(), Is.EqualTo(before));
    }

    [Test]
    public async Task Export_TextThatIsNotUtf8_IsRefusedReplacedOrKept()
    {
        EventBatch batch = _store.CreateBatch("view");
        batch.Add(UserId.From(1), LakeSamples.NoonMs, 9).SetBytes("title", [0x61, 0xFF]);
        await _store.AppendAsync(batch);
        Assert.That(
            async () => await ParquetExporter.ExportAsync(_store, Options()),
            Throws.TypeOf<ParquetTextException>().With.Message.Contains("'title'").And.Message.Contains("user 1"));
        Assert.That(Names(), Is.Empty);
        using Duck duck = new();
        string query = $"SELECT hex(title::BLOB) FROM read_parquet('{_folder["lake"]}/*/*/*.parquet') WHERE id = 9";
        await ParquetExporter.ExportAsync(_store, Options(text: ParquetTextRule.AsBytes));
        Assert.That(duck.Rows(query), Is.EqualTo(new[] { "61FF" }));
        await using SignalStore copy = SignalStore.Open(_folder["copy"], LakeSamples.Schema);
        await ParquetImporter.ImportAsync(copy, LakeRoundTripTests.ImportOptions(_folder["lake"], "view"));
        Assert.That(LakeDump.Of(copy), Is.EqualTo(LakeDump.Of(_store)));
        await ParquetExporter.ExportAsync(_store, Options(overwrite: true, text: ParquetTextRule.Replace));
        Assert.That(
            duck.Rows(query.Replace("hex(title::BLOB)", "title", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "a\uFFFD" }));
    }

    [Test]
    public async Task Export_UnderBothNamesOfAType_WritesItOnce()
    {
        await _store.DisposeAsync();
        _store = SignalStore.Open(_folder["store"], StoreSchema.Define(s => s.EventType("page", t => t.TypeRenamedFrom("view"))));
        ParquetExportResult result = await ParquetExporter.ExportAsync(
            _store, new ParquetExportOptions { Folder = _folder["lake"], EventTypes = ["view", "page"] });
        Assert.That(result.Rows, Is.EqualTo(4));
        Assert.That(Directory.GetDirectories(_folder["lake"]), Is.EqualTo(new[] { _folder["lake/type=page"] }));
    }

    [Test]
    public void Export_WithATypeThatIsNotThere_WritesNothing()
    {
        Assert.That(
            async () => await ParquetExporter.ExportAsync(
                _store, new ParquetExportOptions { Folder = _folder["lake"], EventTypes = ["view", "buy"] }),
            Throws.ArgumentException.With.Message.Contains("'buy'"));
        Assert.That(Names(), Is.Empty);
    }

    private ParquetExportOptions Options(
        ParquetPartition partition = default, bool overwrite = false, ParquetTextRule text = default) => new()
        {
            Folder = _folder["lake"],
            Partition = partition,
            Overwrite = overwrite,
            NotUtf8 = text,
            Parallelism = 1,
        };

    private string[] Names() => Directory.Exists(_folder["lake"])
        ? [.. Directory.GetFiles(_folder["lake"], "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != ".export.lock").Order(StringComparer.Ordinal)]
        : [];

    private sealed class Callback(Action<ParquetProgress> call) : IProgress<ParquetProgress>
    {
        public void Report(ParquetProgress value) => call(value);
    }
}
