using Signals.Parquet;

namespace Signals.Tests.Parquet;

/// <summary>Another reader sees in our files what the store has: values, counts, nulls, statistics.</summary>
[Category("Fast")]
internal sealed class DuckReadsTests
{
    private LakeFolder _folder = null!;
    private Duck _duck = null!;
    private string _files = null!;

    [OneTimeSetUp]
    public async Task ExportAsync()
    {
        _folder = new LakeFolder();
        _duck = new Duck();
        await using SignalStore store = await LakeSamples.OpenAsync(_folder["store"]);
        await ParquetExporter.ExportAsync(store, new ParquetExportOptions { Folder = _folder["lake"], Parallelism = 1 });
        _files = $"read_parquet('{_folder["lake"]}/*/*/*.parquet', hive_partitioning=true)";
    }

    [OneTimeTearDown]
    public void Remove()
    {
        _duck.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Keys_OfAnExport_AreReadByDuckDB()
    {
        string ann = UserId.From("ann").ToString();
        Assert.That(
            _duck.Rows($"SELECT \"user\", hex(user_id), epoch_ms(time), id, type, dt FROM {_files} ORDER BY time, id"),
            Is.EqualTo(new[]
            {
                $"{ann}|{ann.ToUpperInvariant()}|{LakeSamples.NoonMs}|1|view|{Day(1)}",
                $"42|0000000000000000000000000000002A|{LakeSamples.NoonMs}|4|view|{Day(1)}",
                $"42|0000000000000000000000000000002A|{LakeSamples.NoonMs + 1}|3|view|{Day(1)}",
                $"{ann}|{ann.ToUpperInvariant()}|{LakeSamples.NoonMs + LakeSamples.DayMs}|{ulong.MaxValue}|view|{Day(2)}",
            }));
        Assert.That(_duck.Rows($"SELECT DISTINCT typeof(time), typeof(id), typeof(\"user\") FROM {_files}"), Is.EqualTo(new[]
        {
            "TIMESTAMP WITH TIME ZONE|UBIGINT|VARCHAR",
        }));
    }

    [Test]
    public void Numbers_OfAnExport_AreReadByDuckDB()
    {
        string query = $"SELECT flag, i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64 FROM {_files} "
            + "WHERE i32 IS NOT NULL ORDER BY time";
        Assert.That(_duck.Rows(query), Is.EqualTo(new[]
        {
            $"False|-128|0|-32768|0|{int.MinValue}|0|{long.MinValue}|0|-1.5|-2.5|-3.5",
            $"True|127|255|32767|65535|{int.MaxValue}|{uint.MaxValue}|{long.MaxValue}|{ulong.MaxValue}|1.5|2.5|3.5",
        }));
    }

    [Test]
    public void TextsAndVectors_OfAnExport_AreReadByDuckDB()
    {
        string query = $"SELECT title, hex(raw), v8::VARCHAR, v16::VARCHAR, v32::VARCHAR, typeof(v32), score FROM {_files} "
            + "WHERE i32 IS NOT NULL ORDER BY time";
        Assert.That(_duck.Rows(query), Is.EqualTo(new[]
        {
            "||[-128, 127]|[0.5, -0.5]|[1.0, 2.0, 3.0]|FLOAT[]|0.25",
            "Grüße, 世界|00FF|[1, 2]|[1.0, 2.0]|[4.0, 5.0, 6.0]|FLOAT[]|NULL",
        }));
    }

    [Test]
    public void AbsentAndNull_OfAnExport_AreToldApartByTheCompanionColumn() => Assert.That(
        _duck.Rows($"SELECT id, len(null_columns), list_contains(null_columns, 'title'), title FROM {_files} "
            + "WHERE i32 IS NULL ORDER BY id"),
        Is.EqualTo(new[] { $"3|{LakeSamples.Schema["view"].Columns.Count}|True|NULL", "4|NULL|NULL|NULL" }));

    [Test]
    public void Statistics_OfAnExport_AreThoseOfTheRows()
    {
        string meta = $"parquet_metadata('{_folder["lake"]}/*/dt={Day(1, true)}/*.parquet')";
        Assert.That(
            _duck.Rows($"SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count FROM {meta} "
                + "WHERE path_in_schema IN ('id', 'i32', 'u64', 'f64', 'score') ORDER BY 1"),
            Is.EqualTo(new[]
            {
                "f64|-3.5|-3.5|2", $"i32|{int.MinValue}|{int.MinValue}|2", "id|1|4|0", "score|0.25|0.25|2", "u64|0|0|2",
            }));
        Assert.That(_duck.Rows($"SELECT DISTINCT compression, row_group_num_rows FROM {meta}"), Is.EqualTo(new[] { "ZSTD|3" }));
        Assert.That(
            _duck.Rows($"SELECT decode(value)[1:51] FROM parquet_kv_metadata('{_folder["lake"]}/*/dt={Day(1, true)}/*.parquet') "
                + "WHERE decode(key) = 'signals'"),
            Is.EqualTo(new[] { "{\"version\":1,\"kind\":\"Events\",\"name\":\"view\",\"nulls\":" }));
    }

    // DuckDB takes the folder's name as a date.
    private static string Day(int day, bool isFolder = false) => isFolder
        ? $"2026-03-0{day}"
        : Convert.ToString(new DateOnly(2026, 3, day), System.Globalization.CultureInfo.InvariantCulture)!;
}
