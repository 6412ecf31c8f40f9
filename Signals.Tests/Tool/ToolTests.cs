using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Signals.Offline;
using Signals.Serving;
using Signals.Tool;

namespace Signals.Tests.Tool;

/// <summary>The commands of the tool against real folders.</summary>
internal sealed class ToolTests
{
    private const int Events = 30;
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Field<double>("score").Text("title").Vector<float>("v", 2).KeepLast(20))
        .EventType("click", t => t.Bytes("raw").Field<bool>("ok")));

    private string _root = null!;

    private string Folder => Path.Combine(_root, "store");

    [SetUp]
    public async Task MakeStore()
    {
        _root = Directory.CreateTempSubdirectory("signals-").FullName;
        SignalStore store = SignalStore.Open(Folder, Schema);
        await using (store.ConfigureAwait(false))
        {
            EventGroup group = store.CreateGroup("feed");
            for (int i = 0; i < Events; i++)
            {
                group["view"].Add(UserId.From(i % 2 == 0 ? 2UL : 1UL), Time(i), (ulong)i)
                    .Set("n", i).Set("score", 0.5).Set("title", i == 7 ? "a, \"b\"" : "t").SetVector<float>("v", [1.5f, float.NaN]);
            }

            group["click"].Add(UserId.From("alice"), Time(100), 1).SetBytes("raw", [1, 2, 255]).SetNull("ok");
            group.Position = 77;
            await store.AppendGroupAsync(group);
            await store.FlushAsync();
            EventBatch logged = store.CreateBatch("click");
            logged.Add(UserId.From("alice"), Time(101), 2).Set("ok", true);
            await store.AppendAsync(logged);
        }
    }

    [TearDown]
    public void DeleteStore() => Directory.Delete(_root, recursive: true);

    [Test]
    public async Task Compact_OfAStoreThatKeepsVersions_LeavesThem()
    {
        StoreOptions options =
            new() { VersionRetention = new VersionRetention { Age = TimeSpan.FromDays(3) }, OrphanGrace = TimeSpan.FromDays(90) };
        DateTimeOffset then;
        using (SignalStore store = SignalStore.Open(Folder, Schema, options))
        {
            then = TimeProvider.System.GetUtcNow();
        }

        Assert.That(SignalStore.KeepsVersions(Folder));
        ToolRun run = await ToolRun.OfAsync(["compact", Folder]);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        using SignalStore again = SignalStore.Open(Folder, Schema);
        Assert.That(
            (again.Engine.Options.OrphanGrace, again.Engine.Options.KeptVersions!.Age),
            Is.EqualTo(((TimeSpan?)TimeSpan.FromDays(90), TimeSpan.FromDays(3))));
        using PastStore past = again.OpenPast(then);
        using Sequence clicks = past.Read(UserId.From("alice"), again.Query("click").Build());
        Assert.That(clicks.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task Reset_OfASource_BeginsAnewAndKeepsItsEvents()
    {
        byte[] before = (await ToolRun.OfAsync("export", Folder, "--format", "csv")).Output;
        ToolRun unknown = await ToolRun.OfAsync("reset", Folder, "fed");
        Assert.That(
            (unknown.Code, unknown.Messages),
            Is.EqualTo((ExitCode.NotFound, $"the store has no source 'fed'; it has 'feed'{Environment.NewLine}")));
        ToolRun run = await ToolRun.OfAsync("reset", Folder, "feed");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        ToolRun stats = await ToolRun.OfAsync("stats", Folder);
        Assert.That(stats.Text, Does.Contain("source feed goes on at 0, known as none, reset 1 time"));
        Assert.That((await ToolRun.OfAsync("export", Folder, "--format", "csv")).Output, Is.EqualTo(before));
        using JsonDocument json = JsonDocument.Parse((await ToolRun.OfAsync("stats", Folder, "--json")).Text);
        JsonElement identity = json.RootElement.GetProperty("source_identities").GetProperty("feed");
        Assert.That(
            (identity.GetProperty("incarnation").ValueKind, identity.GetProperty("generation").GetInt32()),
            Is.EqualTo((JsonValueKind.Null, 1)));
    }

    [TestCase("stats", "")]
    [TestCase("get", "{0}", "")]
    [TestCase("get", "{0}", "guid:00000000-0000-0000-0000-000000000000")]
    [TestCase("get", "{0}", "alice", "--types", "")]
    [TestCase("get", "{0}", "alice", "--types", ",")]
    [TestCase("export", "{0}", "--format", "csv", "--output", "")]
    [TestCase("reset", "{0}", "")]
    public async Task AnyCommand_AWordThatSaysNothing_IsUsage(params string[] line)
    {
        ToolRun run = await ToolRun.OfAsync([.. line.Select(word => word == "{0}" ? Folder : word)]);
        Assert.That((run.Code, run.Output, run.Text), Is.EqualTo((ExitCode.Usage, Array.Empty<byte>(), "")), run.Messages);
    }

    [Test]
    public async Task Export_ATypeNamedTwice_WritesItsEventsOnce()
    {
        ToolRun once = await ToolRun.OfAsync("export", Folder, "--format", "jsonl", "--types", "click");
        ToolRun twice = await ToolRun.OfAsync("export", Folder, "--format", "jsonl", "--types", "click,click");
        Assert.That(twice.Output, Is.EqualTo(once.Output));
    }

    [TestCase("stats", "--json")]
    [TestCase("inspect")]
    [TestCase("verify", "--json")]
    [TestCase("get", "alice")]
    [TestCase("export", "--format", "csv")]
    public async Task ReadOnlyCommands_RunTwice_LeaveEveryByteOfTheFolder(string command, params string[] rest)
    {
        string before = Fingerprint();
        ToolRun first = await ToolRun.OfAsync([command, Folder, .. rest]);
        ToolRun second = await ToolRun.OfAsync([command, Folder, .. rest]);
        Assert.That((first.Code, second.Code), Is.EqualTo((ExitCode.Ok, ExitCode.Ok)), first.Messages);
        Assert.That(second.Text, Is.EqualTo(first.Text));
        Assert.That(second.Output, Is.EqualTo(first.Output));
        Assert.That(Fingerprint(), Is.EqualTo(before));
    }

    [Test]
    public async Task FilesThatMayOnlyBeRead_AreLookedAtAndRestoredWritable()
    {
        string copy = Path.Combine(_root, "restored");
        SetReadOnly(true);
        try
        {
            ToolRun stats = await ToolRun.OfAsync("stats", Folder);
            ToolRun restore = await ToolRun.OfAsync("restore", Folder, copy);
            Assert.That((stats.Code, restore.Code), Is.EqualTo((ExitCode.Ok, ExitCode.Ok)), stats.Messages + restore.Messages);
        }
        finally
        {
            SetReadOnly(false);
        }

        // Root may write what is read-only, so the copies are asked and not only opened.
        Assert.That(new DirectoryInfo(copy).GetFiles().Where(file => file.IsReadOnly).Select(file => file.Name), Is.Empty);
    }

    [Test]
    public async Task Stats_Json_CountsTypesTablesAndSources()
    {
        ToolRun run = await ToolRun.OfAsync("stats", Folder, "--json");
        using JsonDocument json = JsonDocument.Parse(run.Text);
        JsonElement view = json.RootElement.GetProperty("event_types")[0];
        Assert.That((view.GetProperty("name").GetString(), view.GetProperty("rows").GetInt64()), Is.EqualTo(("view", (long)Events)));
        Assert.That(json.RootElement.GetProperty("log_events").GetInt64(), Is.EqualTo(1));
        Assert.That(json.RootElement.GetProperty("sources").GetProperty("feed").GetInt64(), Is.EqualTo(77));
    }

    [Test]
    public async Task Inspect_TwoTypes_DrawsABarPerRun()
    {
        ToolRun all = await ToolRun.OfAsync("inspect", Folder);
        ToolRun one = await ToolRun.OfAsync("inspect", Folder, "--type", "click");
        Assert.That(all.Text, Does.Contain("view").And.Contain("##").And.Contain("2026-02-06"));
        Assert.That(one.Text, Does.Not.Contain("view").And.Contain("1 row, "));
    }

    [Test]
    public async Task Get_AUser_ShowsTheNewestFirstFromTablesAndLog()
    {
        ToolRun text = await ToolRun.OfAsync("get", Folder, "alice");
        ToolRun json = await ToolRun.OfAsync("get", Folder, "text:alice", "--last", "1", "--json");
        Assert.That(
            text.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[3]),
            Is.EqualTo(new[] { "2", "1" }));
        Assert.That(text.Text, Does.Contain("raw=\"AQL/\" ok=null"));
        using JsonDocument newest = JsonDocument.Parse(json.Text);
        Assert.That(newest.RootElement.GetProperty("fields").GetProperty("ok").GetBoolean(), Is.True);
    }

    [Test]
    public async Task Get_UnknownUser_IsNotFound()
    {
        ToolRun run = await ToolRun.OfAsync("get", Folder, "nobody");
        Assert.That((run.Code, run.Text), Is.EqualTo((ExitCode.NotFound, "")));
    }

    [Test]
    public async Task Export_Frames_IngestedElsewhere_IsTheSameStore()
    {
        ToolRun run = await ToolRun.OfAsync("export", Folder, "--format", "frames");
        string copy = Path.Combine(_root, "copy");
        SignalStore store = SignalStore.Open(copy, Schema);
        await using (store.ConfigureAwait(false))
        {
            FrameIngestResult result = await new FrameIngest(store, "export").RunAsync(new MemoryStream(run.Output), 0, default);
            Assert.That((result.Accepted, result.Rejected), Is.EqualTo((Events + 2L, 0L)));
        }

        ToolRun first = await ToolRun.OfAsync("export", Folder, "--format", "jsonl");
        ToolRun second = await ToolRun.OfAsync("export", copy, "--format", "jsonl");
        Assert.That(second.Output, Is.EqualTo(first.Output));
        Assert.That(
            Encoding.UTF8.GetString(first.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(Events + 2));
    }

    [Test]
    public async Task Export_Csv_QuotesAndNamesColumns()
    {
        string file = Path.Combine(_root, "out.csv");
        await ToolRun.OfAsync("export", Folder, "--format", "csv", "--types", "view", "--output", file);
        string[] lines = await File.ReadAllLinesAsync(file);
        Assert.That(lines[0], Is.EqualTo("user,type,time,id,n,score,title,v"));
        Assert.That(lines, Has.Length.EqualTo(Events + 1));
        Assert.That(
            lines.Single(line => line.Contains(",7,7,", StringComparison.Ordinal)),
            Does.EndWith(",0.5,\"a, \"\"b\"\"\",\"[1.5,\"\"NaN\"\"]\""));
    }

    [Test]
    public async Task Erase_WithYes_RemovesTheUserForGood()
    {
        ToolRun unsure = await ToolRun.OfAsync("erase", Folder, "alice");
        Assert.That(unsure.Code, Is.EqualTo(ExitCode.Usage));
        ToolRun run = await ToolRun.OfAsync("erase", Folder, "alice", "--yes");
        ToolRun after = await ToolRun.OfAsync("export", Folder, "--format", "jsonl");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That(Encoding.UTF8.GetString(after.Output), Does.Not.Contain("click"));
    }

    [Test]
    public async Task Compact_Json_ReportsBytes()
    {
        ToolRun run = await ToolRun.OfAsync("compact", Folder, "--json");
        using JsonDocument json = JsonDocument.Parse(run.Text);
        Assert.That(json.RootElement.GetProperty("table_rows").GetInt64(), Is.EqualTo(Events + 2));
    }

    [Test]
    public async Task Restore_AClosedStore_MakesAnEqualOne()
    {
        string copy = Path.Combine(_root, "restored");
        ToolRun run = await ToolRun.OfAsync("restore", Folder, copy);
        ToolRun again = await ToolRun.OfAsync("restore", Folder, copy);
        ToolRun first = await ToolRun.OfAsync("export", Folder, "--format", "jsonl");
        ToolRun second = await ToolRun.OfAsync("export", copy, "--format", "jsonl");
        Assert.That((run.Code, again.Code), Is.EqualTo((ExitCode.Ok, ExitCode.Usage)), run.Messages);
        Assert.That(second.Output, Is.EqualTo(first.Output));
    }

    [Test]
    public async Task Import_ASegmentTwice_ChangesTheStoreOnce()
    {
        string segment = Path.Combine(_root, "fix.seg");
        using (SegmentWriter writer = SegmentWriter.Create(segment, Schema["click"], new SegmentOptions { Generation = 1 }))
        {
            writer.Insert(UserId.From("alice"), Time(102), 3).Set("ok", true);
            writer.Correct(UserId.From("alice"), Time(101), 2).Set("ok", false);
            writer.Finish();
        }

        ToolRun first = await ToolRun.OfAsync("import", Folder, segment);
        ToolRun second = await ToolRun.OfAsync("import", Folder, segment, "--json");
        ToolRun get = await ToolRun.OfAsync("get", Folder, "alice");
        Assert.That((first.Code, second.Code), Is.EqualTo((ExitCode.Ok, ExitCode.Ok)), first.Messages + second.Messages);
        Assert.That(first.Text, Does.Contain("1 event and 1 patch of 'click'"));
        using JsonDocument again = JsonDocument.Parse(second.Text);
        Assert.That(again.RootElement.GetProperty("already_imported").GetBoolean(), Is.True);
        string[] lines = get.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[0], Does.Contain(" click 3 ok=true"));
        Assert.That(lines[1], Does.Contain(" click 2 ok=false"));
    }

    [Test]
    public async Task Verify_AFlippedByte_IsFoundAndSalvageSaysWhatIsLost()
    {
        ToolRun intact = await ToolRun.OfAsync("verify", Folder);
        string table = Directory.EnumerateFiles(Folder, "*.tbl").Order(StringComparer.Ordinal).First();
        byte[] bytes = await File.ReadAllBytesAsync(table);
        bytes[bytes.Length / 3] ^= 1;
        await File.WriteAllBytesAsync(table, bytes);
        ToolRun damaged = await ToolRun.OfAsync("verify", Folder, "--json");
        string rescued = Path.Combine(_root, "rescued");
        ToolRun salvage = await ToolRun.OfAsync("salvage", Folder, rescued);
        ToolRun after = await ToolRun.OfAsync("verify", rescued);
        Assert.That((intact.Code, damaged.Code, salvage.Code, after.Code), Is.EqualTo(
            (ExitCode.Ok, ExitCode.ProblemsFound, ExitCode.ProblemsFound, ExitCode.Ok)),
            damaged.Messages + salvage.Messages + after.Messages);
        using JsonDocument json = JsonDocument.Parse(damaged.Text);
        Assert.That(json.RootElement.GetProperty("problems")[0].GetProperty("file").GetString(), Is.EqualTo(Path.GetFileName(table)));
        Assert.That(salvage.Text, Does.Contain("lost: "));
    }

    [Test]
    public async Task Checkpoint_ThenRestore_IsTheSameStore()
    {
        string checkpoint = Path.Combine(_root, "checkpoint");
        string restored = Path.Combine(_root, "restored");
        ToolRun taken = await ToolRun.OfAsync("checkpoint", Folder, checkpoint);
        ToolRun back = await ToolRun.OfAsync("restore", checkpoint, restored);
        ToolRun first = await ToolRun.OfAsync("export", Folder, "--format", "jsonl");
        ToolRun second = await ToolRun.OfAsync("export", restored, "--format", "jsonl");
        Assert.That((taken.Code, back.Code), Is.EqualTo((ExitCode.Ok, ExitCode.Ok)), taken.Messages + back.Messages);
        Assert.That(second.Output, Is.EqualTo(first.Output));
        Assert.That(SignalStore.ReadSchema(checkpoint).EventTypes, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Bench_Small_ReportsBothRates()
    {
        ToolRun run = await ToolRun.OfAsync("bench", "--events", "5000", "--reads", "100", "--json");
        using JsonDocument json = JsonDocument.Parse(run.Text);
        Assert.That(json.RootElement.GetProperty("events_per_second").GetDouble(), Is.GreaterThan(0));
        Assert.That(json.RootElement.GetProperty("reads").GetInt32(), Is.EqualTo(100));
    }

    [TestCaseSource(nameof(OfAStore))]
    public async Task AnyCommand_DamagedManifest_SaysSoAndNamesTheFile(string command, params string[] rest)
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "CURRENT"), "MANIFEST-000009 00000000\n");
        ToolRun run = await ToolRun.OfAsync([command, Folder, .. In(rest)]);

        // To look for damage is what verify and salvage are for.
        Assert.That(run.Code, Is.EqualTo(command is "verify" or "salvage" ? ExitCode.ProblemsFound : ExitCode.Damaged), run.Messages);
        Assert.That(run.Messages + run.Text, Does.Contain("CURRENT"));
    }

    [TestCaseSource(nameof(OfAStore))]
    public async Task AnyCommand_NoStore_IsNotFoundAndMakesNone(string command, params string[] rest)
    {
        string nowhere = Path.Combine(_root, "nowhere");
        ToolRun run = await ToolRun.OfAsync([command, nowhere, .. In(rest)]);
        Assert.That(run.Code, Is.EqualTo(ExitCode.NotFound), run.Messages);
        Assert.That(run.Messages, Does.Contain("nowhere"));
        Assert.That(Directory.Exists(nowhere), Is.False);
        Assert.That(Directory.Exists(Path.Combine(_root, "new")), Is.False);
    }

    [TestCaseSource(nameof(OfAStore))]
    public async Task AnyCommand_UnknownOption_IsUsage(string command, params string[] rest)
    {
        ToolRun run = await ToolRun.OfAsync([command, Folder, .. In(rest), "--frobnicate"]);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Messages, Does.Contain("--frobnicate"));
    }

    [TestCase("frobnicate")]
    [TestCase("stats")]
    [TestCase("stats", "a", "b")]
    [TestCase("stats", "a", "--jsn")]
    [TestCase("get", "a", "b", "--last", "0")]
    [TestCase("export", "a", "--format", "xml")]
    public async Task WrongLine_IsUsage(params string[] line)
    {
        ToolRun run = await ToolRun.OfAsync(line);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Messages, Is.Not.Empty);
    }

    /// <summary>Every command that is given a store, with what else it needs.</summary>
    private static IEnumerable<TestCaseData> OfAStore()
    {
        string[][] commands =
        [
            ["stats"], ["inspect"], ["get", "alice"], ["export", "--format", "csv"], ["verify"], ["compact"], ["import", "SEGMENT"],
            ["erase", "alice", "--yes"], ["checkpoint", "NEW"], ["restore", "NEW"], ["salvage", "NEW"],
        ];
        return commands.Select(line => new TestCaseData([line[0], line[1..]]).SetArgDisplayNames(line[0]));
    }

    /// <summary>Paths in this test's folder for the names that stand for them; the segment's file is there.</summary>
    private string[] In(string[] line)
    {
        File.WriteAllText(Path.Combine(_root, "segment"), "no segment");
        return Array.ConvertAll(line, word => word is "NEW" or "SEGMENT" ? Path.Combine(_root, word.ToLowerInvariant()) : word);
    }

    private static long Time(int i) => Signals.Tests.Storage.Engine.TestStores.Start + i;

    private void SetReadOnly(bool isReadOnly)
    {
        foreach (FileInfo file in new DirectoryInfo(Folder).GetFiles())
        {
            file.IsReadOnly = isReadOnly;
        }
    }

    private string Fingerprint() => string.Join('\n', Directory.EnumerateFiles(Folder).Order(StringComparer.Ordinal)
        .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"));
}
