using System.Diagnostics;
using System.Text.RegularExpressions;
using Signals.Parquet;
using Signals.Tests.Architecture;
using Signals.Tests.Reliability;

namespace Signals.Tests.Parquet;

/// <summary>The lines of docs/lake.md for Python and SQL run on an export, where the packages that they need are installed.</summary>
[Category("Fast")]
internal sealed partial class LakePythonTests
{
    private const int Dimensions = 64;

    private LakeFolder _folder = null!;
    private string? _withoutPyArrow; // empty when it is there

    [OneTimeSetUp]
    public async Task ExportAsync()
    {
        _folder = new LakeFolder();
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t
            .Field<long>("item").Field<float>("price").Vector<float>("embedding", Dimensions)));
        await using SignalStore store = SignalStore.Open(_folder["store"], schema);
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < 200; i++)
        {
            EventRow row = batch.Add(
                    UserId.From(1 + (ulong)i % 7), LakeSamples.NoonMs + i + i % 2 * LakeSamples.DayMs, (ulong)i)
                .Set("item", (long)i);
            if (i % 3 > 0)
            {
                row.Set("price", i / 2f).SetVector<float>("embedding", [.. Enumerable.Repeat((float)i, Dimensions)]);
            }
            else
            {
                row.SetNull("price");
            }
        }

        await store.AppendAsync(batch);
        await ParquetExporter.ExportAsync(store, new ParquetExportOptions { Folder = _folder["lake/events"] });
    }

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    [TestCase("pandas", "assert len(events) == 100 and vectors.shape[1] == 64, (len(events), vectors.shape)\n"
        + "assert is_null.sum() == 34 and is_absent.sum() == 0, (is_null.sum(), is_absent.sum())")]
    [TestCase("PyArrow", "assert vectors.shape == (66, 64), vectors.shape\nassert day.num_rows == 100")]
    [TestCase("Polars", "assert day['events'].sum() == 100, day\nassert vectors.shape == (132, 64), vectors.shape")]
    [TestCase("PyTorch", "assert vectors.shape[1] == 64")]
    public async Task Python_OfThePage_ReadsAnExport(string name, string check)
    {
        string module = name == "PyTorch" ? "torch" : name.ToLowerInvariant();
        string python = Environment.GetEnvironmentVariable("SIGNALS_TEST_PYTHON") ?? "python3";
        _withoutPyArrow ??= await RunAsync(python, "import pyarrow") ?? "";
        if (_withoutPyArrow.Length > 0 || await RunAsync(python, $"import {module}") is not null)
        {
            Assert.Ignore($"{python} lacks pyarrow or {module}; SIGNALS_TEST_PYTHON can name another one.");
        }

        string code = BlockOf(name, "python") + "\n" + check;
        Assert.That(await RunAsync(python, code), Is.Null, code);
    }

    [Test]
    public void Sql_OfThePage_ReadsAnExport()
    {
        using Duck duck = new();
        string[] statements = BlockOf("DuckDB", "sql").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.That(duck.Rows(statements[0]).Select(row => row.Split('|')[1]), Is.EqualTo(new[] { "100", "100" }));
        Assert.That(duck.Rows(statements[1]), Has.Length.EqualTo(7));
    }

    private string BlockOf(string name, string language)
    {
        string page = File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "lake.md"));
        Match block = Block().Matches(page).First(match => match.Groups[1].Value == name && match.Groups[2].Value == language);
        return block.Groups[3].Value.Replace("/lake/events", _folder["lake/events"], StringComparison.Ordinal);
    }

    // Null when it ended well, otherwise what it said.
    private static async Task<string?> RunAsync(string python, string code)
    {
        try
        {
            (int exit, _, string errors) = await WatchedProcess.RunAsync(new ProcessStartInfo(python, ["-c", code]));
            return exit == 0 ? null : errors;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return error.Message; // there is no Python
        }
    }

    [GeneratedRegex(@"^(\w+):\n```(\w+)\n(.*?)```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
