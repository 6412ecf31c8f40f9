using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Signals.Tests.Storage.Engine;
using Signals.Tool;

namespace Signals.Tests.Tool;

/// <summary>The commands of the tool on a store that a process has open: those that look, look; those that change it are refused.</summary>
internal sealed class LiveStoreTests
{
    private readonly ToolFolder _folder = new();
    private readonly SignalStore _writer;

    public LiveStoreTests()
    {
        _writer = SignalStore.Open(_folder.Store, SignalStore.ReadSchema(_folder.Store));
        EventBatch batch = _writer.CreateBatch("view");
        batch.Add(UserId.From("alice"), TestStores.Start + 5, 7).Set("n", 70);
        _writer.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
    }

    [OneTimeTearDown]
    public void Close()
    {
        _writer.Dispose();
        _folder.Dispose();
    }

    [TestCase("stats")]
    [TestCase("inspect")]
    [TestCase("get", "alice")]
    [TestCase("export", "--format", "csv")]
    [TestCase("verify")]
    public async Task LookingCommand_StoreInUse_ShowsItsStateAndWhoHasItOpen(string command, params string[] rest)
    {
        string before = Fingerprint();
        ToolRun run = await ToolRun.OfAsync([command, _folder.Store, .. rest]);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That(Fingerprint(), Is.EqualTo(before));
        RequireNote(run);
    }

    [Test]
    public async Task Get_OfAnEventThatIsOnlyInTheLog_ShowsIt()
    {
        ToolRun run = await ToolRun.OfAsync("get", _folder.Store, "alice");
        Assert.That(run.Text, Does.Contain(" view 7 n=70"));
    }

    [Test]
    public async Task Export_AsParquet_HasTheEventsOfTheLog()
    {
        ToolRun run = await ToolRun.OfAsync(
            "export", _folder.Store, "--format", "parquet", "--output", _folder.At("lake"), "--json");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        using JsonDocument json = JsonDocument.Parse(run.Text);
        Assert.That(json.RootElement.GetProperty("events").GetInt64(), Is.EqualTo(3));
        RequireNote(run);
    }

    [Test]
    public async Task Stats_Json_HasPositionLagAndWriter()
    {
        ToolRun run = await ToolRun.OfAsync("stats", _folder.Store, "--json");
        using JsonDocument json = JsonDocument.Parse(run.Text);
        Assert.That(json.RootElement.GetProperty("log_events").GetInt64(), Is.EqualTo(1));
        Assert.That(json.RootElement.GetProperty("position").GetInt64(), Is.EqualTo(_writer.CommitPosition));
        Assert.That(json.RootElement.GetProperty("bytes_behind").GetInt64(), Is.Zero);
        if (OperatingSystem.IsLinux())
        {
            Assert.That(json.RootElement.GetProperty("writer").GetString(), Does.StartWith($"process {Environment.ProcessId} ("));
        }
    }

    [Test]
    public async Task Checkpoint_StoreInUse_MakesACopyThatOpensWithEverythingAcknowledged()
    {
        string copy = _folder.At("copy");
        ToolRun run = await ToolRun.OfAsync("checkpoint", _folder.Store, copy);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        RequireNote(run);
        using SignalStore opened = SignalStore.Open(copy, _writer.Schema);
        using Sequence alice = opened.Read(UserId.From("alice"), opened.Query("view").Build());
        Assert.That(alice.Ids.ToArray(), Is.EqualTo(new ulong[] { 7, 1 }));
    }

    [TestCase("compact")]
    [TestCase("import", "SEGMENT")]
    [TestCase("erase", "alice", "--yes")]
    [TestCase("reset", "feed")]
    [TestCase("restore", "NEW")]
    [TestCase("salvage", "NEW")]
    [TestCase("profile", "--definition", "DEFINITION")]
    [TestCase("training", "--definition", "DEFINITION", "--labels", "LABELS", "--output", "NEW", "--as-corrected-now")]
    public async Task ChangingCommand_StoreInUse_IsRefusedAndNamesTheHolder(string command, params string[] rest)
    {
        string before = Fingerprint();
        string[] line = [.. rest.Select(word => word switch
        {
            "NEW" => _folder.At("new-" + command),
            "SEGMENT" => _folder.Segment,
            "DEFINITION" => _folder.Definition,
            "LABELS" => _folder.Moments,
            _ => word,
        })];
        ToolRun run = await ToolRun.OfAsync([command, _folder.Store, .. line]);
        Assert.That((run.Code, run.Text), Is.EqualTo((ExitCode.Locked, "")), run.Messages);
        Assert.That(Fingerprint(), Is.EqualTo(before));
        Assert.That(Directory.Exists(_folder.At("new-" + command)), Is.False);
        if (OperatingSystem.IsLinux())
        {
            Assert.That(run.Messages, Does.Contain($"process {Environment.ProcessId} (").And.Contain(Environment.MachineName));
        }
    }

    private static void RequireNote(ToolRun run)
    {
        if (OperatingSystem.IsLinux())
        {
            Assert.That(run.Messages, Does.Contain($"process {Environment.ProcessId} (").And.Contain(Environment.MachineName)
                .And.Contain("has the store open").And.Contain("0 bytes of records behind"));
        }
    }

    // The lock file is held, so that only its length can be looked at.
    private string Fingerprint()
    {
        StringBuilder text = new();
        foreach (string file in Directory.EnumerateFiles(_folder.Store).Order(StringComparer.Ordinal))
        {
            string content = Path.GetFileName(file) == "LOCK"
                ? new FileInfo(file).Length.ToString(CultureInfo.InvariantCulture)
                : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
            text.Append(Path.GetFileName(file)).Append(' ').AppendLine(content);
        }

        return text.ToString();
    }
}
