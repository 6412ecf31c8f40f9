using Signals.Enrichment;
using Signals.Parquet;
using Signals.Parquet.Writing;
using Signals.Scanning;

namespace Signals.Tests.Parquet;

/// <summary>An export over an earlier one: it replaces all of it or nothing, and nothing that is not ours.</summary>
[Category("Fast")]
internal sealed class LakeReplaceTests
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

    [TestCase(true)]
    [TestCase(false)]
    public async Task Export_OfAStretchOverAnExport_IsRefusedAndChangesNothing(bool isFrom)
    {
        await ParquetExporter.ExportAsync(_store, Options());
        Dictionary<string, string> before = Content();
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(LakeSamples.NoonMs + 1000);
        ParquetExportOptions options = new()
        {
            Folder = _folder["lake"],
            Overwrite = true,
            From = isFrom ? time : null,
            To = isFrom ? null : time,
        };
        Assert.That(
            async () => await ParquetExporter.ExportAsync(_store, options),
            Throws.TypeOf<FileOperationException>().With.Message.Contains("would drop its other events"));
        Assert.That(Content(), Is.EqualTo(before));
    }

    [Test]
    public async Task Export_WhileAnotherIsAtWork_IsRefused()
    {
        await ParquetExporter.ExportAsync(_store, Options());
        Dictionary<string, string> before = Content();
        using (new FileStream(_folder["lake/type=view/.export.lock"], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.That(
                async () => await ParquetExporter.ExportAsync(_store, Options()),
                Throws.TypeOf<FileOperationException>().With.Message.Contains(".export.lock"));
        }

        Assert.That(Content(), Is.EqualTo(before));
        await ParquetExporter.ExportAsync(_store, Options());
    }

    [Test]
    public async Task Export_WhoseNameIsTakenMeanwhile_LeavesTheEarlierExport()
    {
        await ParquetExporter.ExportAsync(_store, Options());
        Dictionary<string, string> before = Content();
        EventBatch batch = _store.CreateBatch("view");
        batch.Add(UserId.From(1), LakeSamples.NoonMs + 2 * LakeSamples.DayMs, 9).Set("i32", 1);
        await _store.AppendAsync(batch);
        string taken = _folder["lake/type=view/dt=2026-03-03/part-00000.parquet"];
        Callback take = new(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(taken)!);
            File.WriteAllText(taken, "theirs");
        });
        Assert.That(
            async () => await ParquetExporter.ExportAsync(_store, Options(take)),
            Throws.TypeOf<FileOperationException>().With.Message.Contains("appeared meanwhile"));
        Assert.That(File.ReadAllText(taken), Is.EqualTo("theirs"));
        File.Delete(taken);
        Assert.That(Content(), Is.EqualTo(before));
        ParquetExportResult result = await ParquetExporter.ExportAsync(_store, Options());
        Assert.That(result.Rows, Is.EqualTo(5));
        Assert.That(Content(), Has.Count.EqualTo(result.Files.Count + 2), "files, marker and lock; no hidden file is left");
    }

    [Test]
    public async Task Export_OverLinks_LeavesWhatTheyLeadTo()
    {
        ParquetExportResult other = await ParquetExporter.ExportAsync(_store, new ParquetExportOptions { Folder = _folder["other"] });
        await ParquetExporter.ExportAsync(_store, Options());
        Directory.CreateSymbolicLink(_folder["lake/type=view/dt=2020-01-01"], Path.GetDirectoryName(other.Files[0].Path)!);
        File.CreateSymbolicLink(_folder["lake/type=view/link.parquet"], other.Files[1].Path);
        await ParquetExporter.ExportAsync(_store, Options());
        Assert.That(other.Files.Select(file => File.Exists(file.Path)), Is.All.True);
        Assert.That(File.ResolveLinkTarget(_folder["lake/type=view/link.parquet"], true)?.FullName, Is.EqualTo(other.Files[1].Path));
    }

    [Test]
    public async Task Export_OfTextsThatAreUtf8OnlyTogether_IsRefused()
    {
        EventBatch batch = _store.CreateBatch("view");
        batch.Add(UserId.From(7), LakeSamples.NoonMs + 1, 8).SetBytes("title", [0xC3]);
        batch.Add(UserId.From(7), LakeSamples.NoonMs, 9).SetBytes("title", [0xA9]);
        await _store.AppendAsync(batch);
        Assert.That(
            async () => await ParquetExporter.ExportAsync(_store, Options()),
            Throws.TypeOf<ParquetTextException>().With.Message.Contains("user 7"));
    }

    [Test]
    public async Task Add_OfRowsOfManyDays_StaysWithinTheBudget()
    {
        const long Budget = 64 << 10;
        EventBatch batch = _store.CreateBatch("view");
        for (int i = 0; i < 2000; i++)
        {
            batch.Add(UserId.From((ulong)i + 1), LakeSamples.NoonMs - i % 100 * LakeSamples.DayMs, (ulong)i).Set("i32", i);
        }

        await _store.AppendAsync(batch);
        using TableShape shape = TableShape.OfEvents(_store.Schema["view"], ParquetTextRule.Refuse, 1);
        using EventFiles files = new(shape, Options(), _folder["lake"], 0, Budget);
        using EventScan scan = _store.SplitScan("view", ExportJob.ScanOptionsOf(Options()), 1)[0];
        while (scan.TryNext(out ScanBatch rows, CancellationToken.None))
        {
            files.Add(rows);
            Assert.That(files.HeldBytes, Is.LessThanOrEqualTo(Budget));
        }
    }

    [Test]
    public async Task Export_OfEntitiesOverOtherFiles_IsRefused()
    {
        EntitySchema items = EntitySchema.Define("items", table => table.Field<float>("price"));
        using (EntityTableWriter writer = EntityTableWriter.Create(_folder["items.entities"], items))
        {
            writer.Add(EntityKey.From(1)).Set("price", 1f);
            writer.Finish();
        }

        byte[] table = File.ReadAllBytes(_folder["items.entities"]);
        ParquetExportResult events = await ParquetExporter.ExportAsync(_store, Options());
        File.Copy(_folder["items.entities"], _folder["copy.entities"]);
        foreach (string path in (string[])[_folder["items.entities"], _folder["copy.entities"], events.Files[0].Path])
        {
            Assert.That(
                async () => await ParquetEntityTables.ExportAsync(_folder["items.entities"], path, overwrite: true),
                Throws.TypeOf<FileOperationException>().With.Message.Contains(path));
        }

        Assert.That(File.ReadAllBytes(_folder["items.entities"]), Is.EqualTo(table));
        await ParquetEntityTables.ExportAsync(_folder["items.entities"], _folder["items.parquet"]);
        Assert.That(
            await ParquetEntityTables.ExportAsync(_folder["items.entities"], _folder["items.parquet"], overwrite: true), Is.EqualTo(1));
    }

    private ParquetExportOptions Options(IProgress<ParquetProgress>? progress = null) => new()
    {
        Folder = _folder["lake"],
        Overwrite = true,
        Parallelism = 1,
        Progress = progress,
    };

    private Dictionary<string, string> Content() => Directory.GetFiles(_folder["lake"], "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file)));

    private sealed class Callback(Action call) : IProgress<ParquetProgress>
    {
        public void Report(ParquetProgress value) => call();
    }
}
