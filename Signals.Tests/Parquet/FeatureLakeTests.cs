using Signals.Definitions;
using Signals.Parquet;
using Signals.Serving;

namespace Signals.Tests.Parquet;

/// <summary>A feature log as Parquet: another reader sees what was served.</summary>
[Category("Fast")]
internal sealed class FeatureLakeTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema.EventType("view", type => type
        .Field<long>("item").Field<Half>("dwell").Text("title").Vector<float>("vector", 2).Field<byte>("kind")));

    [Test]
    public async Task Export_OfALog_HasAListForEachColumn()
    {
        using LakeFolder folder = new();
        await using SignalStore store = SignalStore.Open(folder["store"], Schema);
        store.Definitions.Register(SequenceDefinition.Create("home").OwnedBy("tests").From("view", source => source.Last(10))
            .Size(10).Columns("item", "dwell", "title", "vector", "kind").Build());
        await FillAsync(store);
        using (FeatureLogWriter writer = FeatureLogWriter.Open(folder["features.log"]))
        {
            foreach (ulong user in (ulong[])[1, 2, 3])
            {
                using ServedSequence served = store.Read(UserId.From(user), "home");
                writer.Append(served);
            }
        }

        ParquetExportResult result = await ParquetFeatureLogs.ExportAsync(folder["features.log"], folder["lake"]);
        Assert.That(result.Files.Select(file => (Path.GetRelativePath(folder["lake"], file.Path), file.Rows)), Is.EqualTo(new[]
        {
            ("definition=home/part-00000.parquet", 3L),
        }));
        using Duck duck = new();
        string files = $"read_parquet('{folder["lake"]}/*/*.parquet', hive_partitioning=true)";
        Assert.That(
            duck.Rows("SELECT \"user\", status, definition, len(times), ids::VARCHAR, event_types::VARCHAR, item::VARCHAR, "
                + $"dwell::VARCHAR, title::VARCHAR, vector::VARCHAR, kind::VARCHAR FROM {files} ORDER BY 1"),
            Is.EqualTo(new[]
            {
                "1|Complete|home|2|[2, 1]|[0, 0]|[20, 10]|[NULL, 1.5]|[b, '']|[NULL, [1.0, 2.0]]|[255, NULL]",
                "2|Complete|home|1|[3]|[0]|[NULL]|[NULL]|[NULL]|[NULL]|[NULL]",
                "3|UnknownUser|home|0|[]|[]|[]|[]|[]|[]|[]",
            }));
        Assert.That(
            async () => await ParquetFeatureLogs.ExportAsync(folder["features.log"], folder["lake"]),
            Throws.TypeOf<FileOperationException>());
    }

    [Test]
    public async Task Export_OfTextThatIsNotUtf8_IsRefusedAndLeavesNoFile()
    {
        using LakeFolder folder = new();
        await using SignalStore store = SignalStore.Open(folder["store"], Schema);
        store.Definitions.Register(SequenceDefinition.Create("home").OwnedBy("tests").From("view", source => source.Last(10))
            .Size(10).Columns("title").Build());
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(5), LakeSamples.NoonMs, 1).SetBytes("title", [0x61, 0xFF]);
        await store.AppendAsync(batch);
        using (FeatureLogWriter writer = FeatureLogWriter.Open(folder["features.log"]))
        {
            using ServedSequence served = store.Read(UserId.From(5), "home");
            writer.Append(served);
        }

        Assert.That(
            async () => await ParquetFeatureLogs.ExportAsync(folder["features.log"], folder["lake"]),
            Throws.TypeOf<ParquetTextException>().With.Message.Contains("'title'").And.Message.Contains("user 5"));
        Assert.That(Directory.GetFiles(folder["lake"], "*", SearchOption.AllDirectories), Is.Empty);
    }

    private static async Task FillAsync(SignalStore store)
    {
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(1), LakeSamples.NoonMs, 1).Set("item", 10L).Set("dwell", (Half)1.5f).Set("title", "")
            .SetVector<float>("vector", [1, 2]);
        batch.Add(UserId.From(1), LakeSamples.NoonMs + 1, 2).Set("item", 20L).SetNull("dwell").Set("title", "b").Set("kind", byte.MaxValue);
        batch.Add(UserId.From(2), LakeSamples.NoonMs, 3);
        await store.AppendAsync(batch);
    }
}
