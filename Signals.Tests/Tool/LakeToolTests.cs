using System.Text.Json;
using Apache.Arrow.Ipc;
using Signals.Tests.Parquet;
using Signals.Tool;

namespace Signals.Tests.Tool;

/// <summary>Parquet and Arrow on the command line: out of a store, and into one.</summary>
[Category("Fast")]
internal sealed class LakeToolTests
{
    [Test]
    public async Task Export_ThenImport_GivesTheSameEvents()
    {
        using ToolFolder folder = new();
        ToolRun exported = await ToolRun.OfAsync(
            "export", folder.Store, "--format", "parquet", "--output", folder.At("lake"), "--partition", "none", "--json");
        Assert.That(exported.Code, Is.EqualTo(ExitCode.Ok), exported.Messages);
        Assert.That(Number(exported, "events"), Is.EqualTo(2));
        ToolRun again = await ToolRun.OfAsync("export", folder.Store, "--format", "parquet", "--output", folder.At("lake"));
        Assert.That((again.Code, again.Messages.Contains("files already", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Failed, true)));

        string before = (await ToolRun.OfAsync("get", folder.Store, "bob", "--json")).Text;
        Assert.That((await ToolRun.OfAsync("erase", folder.Store, "alice", "--yes")).Code, Is.EqualTo(ExitCode.Ok));
        ToolRun imported = await ToolRun.OfAsync(
            "import", folder.Store, folder.At("lake"), "--format", "parquet", "--type", "view", "--generation", "7", "--json");
        Assert.That(imported.Code, Is.EqualTo(ExitCode.Ok), imported.Messages);
        Assert.That((Number(imported, "rows"), Number(imported, "events"), Number(imported, "generation")), Is.EqualTo((2, 2, 7)));
        Assert.That((await ToolRun.OfAsync("get", folder.Store, "bob", "--json")).Text, Is.EqualTo(before));
        ToolRun erased = await ToolRun.OfAsync("get", folder.Store, "alice");
        Assert.That(erased.Code, Is.EqualTo(ExitCode.NotFound), "an erased user stays erased");
    }

    [TestCase("arrow")]
    [TestCase("arrow-stream")]
    public async Task ExportAsArrow_ThenImport_GivesTheSameEvents(string format)
    {
        using ToolFolder folder = new();
        string before = (await ToolRun.OfAsync("get", folder.Store, "bob", "--json")).Text;
        ToolRun exported = await ToolRun.OfAsync("export", folder.Store, "--format", format, "--output", folder.At("out"), "--json");
        Assert.That(exported.Code, Is.EqualTo(ExitCode.Ok), exported.Messages);
        Assert.That(Number(exported, "events"), Is.EqualTo(2));
        ToolRun again = await ToolRun.OfAsync("export", folder.Store, "--format", format, "--output", folder.At("out"));
        Assert.That(again.Code, Is.EqualTo(ExitCode.Failed), "it exists");
        Assert.That((await ToolRun.OfAsync("erase", folder.Store, "alice", "--yes")).Code, Is.EqualTo(ExitCode.Ok));
        ToolRun imported = await ToolRun.OfAsync(
            "import", folder.Store, folder.At("out"), "--format", "arrow", "--type", "view", "--generation", "7", "--json");
        Assert.That(imported.Code, Is.EqualTo(ExitCode.Ok), imported.Messages);
        Assert.That((Number(imported, "rows"), Number(imported, "events"), Number(imported, "generation")), Is.EqualTo((2, 2, 7)));
        Assert.That((await ToolRun.OfAsync("get", folder.Store, "bob", "--json")).Text, Is.EqualTo(before));
        ToolRun wrong = await ToolRun.OfAsync(
            "import", folder.Store, folder.At("out"), "--format", "arrow", "--type", "view", "--rows", "retractions");
        Assert.That(wrong.Code, Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public async Task ExportAsArrow_OfAStreamToStandardOutput_IsAStream()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("export", folder.Store, "--format", "arrow-stream");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        using MemoryStream stream = new(run.Output);
        using ArrowStreamReader reader = new(stream);
        Assert.That(reader.ReadNextRecordBatch().Length, Is.EqualTo(2));
        ToolRun noFolder = await ToolRun.OfAsync("export", folder.Store, "--format", "arrow");
        Assert.That((noFolder.Code, noFolder.Messages.Contains("--output", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Usage, true)));
    }

    [TestCase("--user-kind", "nobody", "guid-text")]
    [TestCase("--columns", "n", "COLUMN=PATH")]
    [TestCase("--rejects", "-1", "number")]
    [TestCase("--type", "nope", "no event type 'nope'")]
    [TestCase("--source", "my feed", "'my feed'")]
    [TestCase("--columns", "nope=x", "'view' lacks; it has: n")]
    [TestCase("--columns", "n=x,n=y", "'n' twice")]
    [TestCase("--move", null, "--move goes with --format segment")]
    public async Task Import_AWrongOption_IsUsage(string option, string? value, string message)
    {
        using ToolFolder folder = new();
        string[] words = option == "--type" ? [] : ["--type", "view"];
        ToolRun run = await ToolRun.OfAsync(
            ["import", folder.Store, folder.At("x"), "--format", "parquet", .. words, option, .. value is null ? [] : new[] { value }]);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Messages, Does.Contain(message));
    }

    [TestCase("--type", "nope", "no event type 'nope'")]
    [TestCase("--source", "my feed", "'my feed'")]
    [TestCase("--move", null, "--move goes with --format segment")]
    public async Task ImportOfArrow_AWrongOption_IsUsage(string option, string? value, string message)
    {
        using ToolFolder folder = new();
        string[] words = option == "--type" ? [] : ["--type", "view"];
        ToolRun run = await ToolRun.OfAsync(
            ["import", folder.Store, folder.At("x"), "--format", "arrow", .. words, option, .. value is null ? [] : new[] { value }]);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage), run.Messages);
        Assert.That(run.Messages, Does.Contain(message));
    }

    [Test]
    public async Task Import_OfRowsThatAreRefused_Is1AndNamesThem([Values] bool json)
    {
        using ToolFolder folder = new();
        using (Duck duck = new())
        {
            duck.Run($"COPY (SELECT * FROM (VALUES ('7', 1772323200000::BIGINT, 1::BIGINT, 5), ('007', 1772323200000, 2, 6)) "
                + $"AS t(\"user\", time, id, n)) TO '{folder.At("rows.parquet")}' (FORMAT parquet)");
        }

        ToolRun run = await ToolRun.OfAsync(
        [
            "import", folder.Store, folder.At("rows.parquet"), "--format", "parquet", "--type", "view", "--user", "user", "--user-kind",
            "canonical-text", "--time-unit", "milliseconds", "--rejects", "5", .. json ? new[] { "--json" } : [],
        ]);
        Assert.That(run.Code, Is.EqualTo(ExitCode.ProblemsFound), run.Messages);
        Assert.That(run.Messages, Does.Contain("rows.parquet").And.Contain("row 1"));
    }

    [Test]
    public async Task Export_WithoutAFolder_IsUsage()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("export", folder.Store, "--format", "parquet");
        Assert.That((run.Code, run.Messages.Contains("--output", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Usage, true)));
    }

    [Test]
    public async Task Import_FromNowhere_IsNotFound()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("import", folder.Store, folder.At("nowhere"), "--format", "parquet", "--type", "view");
        Assert.That((run.Code, run.Messages.Contains("nowhere", StringComparison.Ordinal)), Is.EqualTo((ExitCode.NotFound, true)));
    }

    private static long Number(ToolRun run, string property)
    {
        using JsonDocument json = JsonDocument.Parse(run.Text);
        return json.RootElement.GetProperty(property).GetInt64();
    }
}
