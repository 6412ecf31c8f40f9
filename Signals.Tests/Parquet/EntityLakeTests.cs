using System.Globalization;
using Signals.Enrichment;
using Signals.Parquet;

namespace Signals.Tests.Parquet;

/// <summary>Entity tables to Parquet and back, and from files of others.</summary>
[Category("Fast")]
internal sealed class EntityLakeTests
{
    private static readonly EntitySchema Items = EntitySchema.Define(
        "items", table => table.Field<float>("price").Text("title").Vector<Half>("embedding", 4).Field<bool>("key").Bytes("raw"));

    [Test]
    public async Task Import_OfAnExport_GivesAnEqualTable()
    {
        using LakeFolder folder = new();
        Write(folder["items.entities"], 5_000);
        Assert.That(await ParquetEntityTables.ExportAsync(folder["items.entities"], folder["items.parquet"]), Is.EqualTo(5_000));
        ParquetImportResult result = await ParquetEntityTables.ImportAsync(
            folder["copy.entities"], Items, new ParquetEntityOptions { Path = folder["items.parquet"] });
        Assert.That(result.Rows, Is.EqualTo(5_000));
        Assert.That(Dump(folder["copy.entities"]), Is.EqualTo(Dump(folder["items.entities"])));
        Assert.That(File.ReadAllBytes(folder["copy.entities"]), Is.EqualTo(File.ReadAllBytes(folder["items.entities"])));
        Assert.That(
            async () => await ParquetEntityTables.ExportAsync(folder["items.entities"], folder["items.parquet"]),
            Throws.TypeOf<FileOperationException>());
        using Duck duck = new();
        Assert.That(
            duck.Rows($"SELECT count(*), count(price), min(\"key\"), max(hex(key_id)) FROM read_parquet('{folder["items.parquet"]}')"),
            Is.EqualTo(new[] { $"5000|{5000 - 1000}|0|{4999.ToString("X32", CultureInfo.InvariantCulture)}" }));
    }

    [Test]
    public async Task Import_OfAFileOfOthers_TakesKeysAndColumnsByName()
    {
        using LakeFolder folder = new();
        using Duck duck = new();
        duck.Run("COPY (SELECT 'sku-' || x AS sku, x / 2 AS cost, {'en': 'item ' || x} AS name FROM range(10) t(x)) "
            + $"TO '{folder["items.parquet"]}' (FORMAT parquet)");
        await ParquetEntityTables.ImportAsync(folder["items.entities"], Items, new ParquetEntityOptions
        {
            Path = folder["items.parquet"],
            KeyColumn = "sku",
            KeyKind = ParquetUserKind.Name,
            Columns = new Dictionary<string, string> { ["price"] = "cost", ["title"] = "name.en" },
        });
        List<string> expected = [.. Enumerable.Range(0, 10).Select(x =>
            $"{EntityKey.From("sku-" + x)} Value={Convert.ToHexString(BitConverter.GetBytes(x / 2f))} "
            + $"Value={Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes("item " + x))} Absent= Absent= Absent=")];
        Assert.That(Dump(folder["items.entities"]), Is.EquivalentTo(expected));
    }

    [Test]
    public async Task Import_OfAFileThatIsReplacedMeanwhile_IsRefusedAndLeavesTheOldTable()
    {
        using LakeFolder folder = new();
        using Duck duck = new();
        Directory.CreateDirectory(folder["in"]);
        Copy("a.parquet", 1);
        Copy("b.parquet", 2);
        Write(folder["items.entities"], 3);
        List<string> before = Dump(folder["items.entities"]);
        ParquetFileException? refusal = await Assert.ThrowsAsync<ParquetFileException>(
            () => ParquetEntityTables.ImportAsync(folder["items.entities"], Items, new ParquetEntityOptions
            {
                Path = folder["in"],
                KeyColumn = "sku",
                Progress = new Meanwhile(() => Copy("b.parquet", 3)),
            }));
        Assert.That(refusal!.Message, Does.Contain("b.parquet").And.Contain("import again"));
        Assert.That(Dump(folder["items.entities"]), Is.EqualTo(before));

        void Copy(string file, int price) =>
            duck.Run($"COPY (SELECT x + 1 AS sku, {price}::FLOAT AS price FROM range({price}) t(x)) "
                + $"TO '{folder["in"]}/{file}' (FORMAT parquet)");
    }

    [Test]
    public async Task Export_OfMoreThanARowGroup_MakesRowGroupsOfAboutTheSameBytes()
    {
        using LakeFolder folder = new();
        const int Rows = 1_400;
        using (EntityTableWriter writer = EntityTableWriter.Create(folder["items.entities"], Items))
        {
            byte[] raw = new byte[64 << 10];
            for (int i = 0; i < Rows; i++)
            {
                writer.Add(EntityKey.From((ulong)i)).SetBytes("raw", raw);
            }

            writer.Finish();
        }

        Assert.That(await ParquetEntityTables.ExportAsync(folder["items.entities"], folder["items.parquet"]), Is.EqualTo(Rows));
        using Duck duck = new();
        Assert.That(
            duck.Rows("SELECT DISTINCT row_group_id, row_group_num_rows > 300 "
                + $"FROM parquet_metadata('{folder["items.parquet"]}') ORDER BY 1"),
            Is.EqualTo(new[] { "0|True", "1|True" }));
    }

    private static void Write(string path, int count)
    {
        using EntityTableWriter writer = EntityTableWriter.Create(path, Items);
        for (int i = 0; i < count; i++)
        {
            EntityRow row = writer.Add(EntityKey.From((ulong)i)).Set("title", $"item {i}")
                .SetVector<Half>("embedding", [(Half)i, (Half)1, (Half)2, Half.NaN]).Set("key", i % 2 == 0);
            _ = (i % 5) switch
            {
                0 => row.SetNull("price"),
                _ => row.Set("price", i / 8f),
            };
        }

        writer.Finish();
    }

    private static List<string> Dump(string path)
    {
        List<string> lines = [];
        using EntityTableReader reader = EntityTableReader.Open(path);
        while (reader.TryRead())
        {
            lines.Add(Enumerable.Range(0, reader.Schema.Columns.Count).Aggregate(reader.Key.ToString(), (line, column) =>
                $"{line} {reader.StateOf(column)}="
                + (reader.StateOf(column) == ColumnState.Value ? Convert.ToHexString(reader.BytesOf(column)) : "")));
        }

        return lines;
    }

    /// <summary>Does something once, while an import goes on.</summary>
    private sealed class Meanwhile(Action work) : IProgress<ParquetProgress>
    {
        private bool _isDone;

        public void Report(ParquetProgress value)
        {
            if (!_isDone)
            {
                _isDone = true;
                work();
            }
        }
    }
}
