using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Tests.Storage.Engine;
using Signals.Tool;
using Signals.Tool.Stores;
using Spectre.Console;

namespace Signals.Tests.Tool;

/// <summary>The commands schema, users, tail and ingest, certificates of erasures, and a salvage without a manifest.</summary>
internal sealed class ToolStoreTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Field<double>("score").Text("title").Vector<float>("v", 2).KeepLast(20)
            .MaxAge(TimeSpan.FromDays(3650)))
        .EventType("click", t => t.Bytes("raw").Field<bool>("ok").EnrichmentVector<Half>("e", 2).Enrichment<ulong>("u").Text("id")
            .Window(TimeSpan.FromMinutes(90)))
        .EventType("kinds", t => t.Field<sbyte>("a").Field<byte>("b").Field<short>("c").Field<ushort>("d").Field<uint>("e").Field<long>("f")
            .Field<Half>("g").Field<float>("h").Vector<sbyte>("i", 3).EnrichmentText("j").EnrichmentBytes("k")));

    private string _root = null!;

    private string Folder => At("store");

    [SetUp]
    public void MakeStore()
    {
        _root = Directory.CreateTempSubdirectory("signals-").FullName;
        using SignalStore store = SignalStore.Open(Folder, Schema);
        EventGroup group = store.CreateGroup("feed");
        for (int i = 0; i < 10; i++)
        {
            group["view"].Add(UserId.From(i % 2 == 0 ? 2UL : 10UL), TestStores.Start + i, (ulong)i)
                .Set("n", i).Set("score", 0.5).SetVector<float>("v", [1.5f, float.NaN])
                .Set("title", i == 7 ? "a, \"b\"\r\nc" : i == 8 ? "" : "t");
        }

        group["click"].Add(UserId.From(2UL), TestStores.Start + 100, 1).SetBytes("raw", [1, 2, 255]).SetNull("ok").Set("id", "\\N");
        group.Position = 77;
        store.AppendGroup(group);
        store.FlushAsync().GetAwaiter().GetResult();
    }

    [TearDown]
    public void DeleteStore() => Directory.Delete(_root, recursive: true);

    [Test]
    public async Task Schema_AsJson_IsReadBackToTheSameSchema()
    {
        ToolRun json = await ToolRun.OfAsync("schema", Folder, "--json");
        ToolRun text = await ToolRun.OfAsync("schema", Folder);
        StoreSchema read = SchemaJson.Read(Write("schema.json", json.Text));
        Assert.That(SchemaJson.Write(read), Is.EqualTo(json.Text.TrimEnd()));
        Assert.That(Described(read), Is.EqualTo(Described(Schema)));
        Assert.That(text.Text, Does.Contain("view: keeps the newest 20 events of a user, 3,650 days").And.Contain("float16[2]"));
    }

    [Test]
    public async Task Schema_WidenedColumn_SaysWhatItWasAndIsReadBack()
    {
        SignalStore.Open(Folder, StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("n").Vector<float>("v", 2)))).Dispose();
        ToolRun json = await ToolRun.OfAsync("schema", Folder, "--json");
        StoreSchema read = SchemaJson.Read(Write("schema.json", json.Text));
        Assert.That(SchemaJson.Write(read), Is.EqualTo(json.Text.TrimEnd()));
        ColumnSchema column = read["view"].Columns[0];
        Assert.That((column.Type, column.FirstType), Is.EqualTo((ColumnType.Scalar<long>(), ColumnType.Scalar<int>())));
        Assert.That((await ToolRun.OfAsync("schema", Folder)).Text, Does.Contain("int64, int32 at first"));
    }

    [TestCase("{}")]
    [TestCase("[")]
    [TestCase("""
        {"event_types":[{"name":"a","columns":[{"name":"n","type":"int33","enrichment":false}],
        "keep_last":null,"max_age_ms":null,"window_ms":60000}]}
        """)]
    [TestCase("""{"event_types":[{"name":"a","columns":[],"keep_last":0,"max_age_ms":null,"window_ms":60000}]}""")]
    public async Task Salvage_WithAFileThatIsNoSchema_IsUsageAndNamesTheFile(string text)
    {
        ToolRun run = await ToolRun.OfAsync("salvage", Folder, At("new"), "--schema", Write("bad.json", text));
        Assert.That((run.Code, Directory.Exists(At("new"))), Is.EqualTo((ExitCode.Usage, false)), run.Messages);
        Assert.That(run.Messages, Does.Contain("bad.json"));
    }

    [Test]
    public async Task Salvage_OfAStoreWithoutAManifest_TakesTheSchemaFromAFile()
    {
        string schema = Write("schema.json", (await ToolRun.OfAsync("schema", Folder, "--json")).Text);
        byte[] before = (await ToolRun.OfAsync("export", Folder, "--format", "jsonl")).Output;
        LostManifest.DeleteIn(Folder);

        ToolRun without = await ToolRun.OfAsync("salvage", Folder, At("none"));
        ToolRun with = await ToolRun.OfAsync("salvage", Folder, At("new"), "--schema", schema);
        Assert.That(without.Code, Is.Not.EqualTo(ExitCode.Ok));
        Assert.That(with.Code, Is.EqualTo(ExitCode.ProblemsFound).Or.EqualTo(ExitCode.Ok), with.Messages);
        Assert.That((await ToolRun.OfAsync("export", At("new"), "--format", "jsonl")).Output, Is.EqualTo(before));
    }

    [Test]
    public async Task Users_AreInOrder_WithTheCountsOfAllTypes()
    {
        ToolRun all = await ToolRun.OfAsync("users", Folder, "--json");
        ToolRun clicks = await ToolRun.OfAsync("users", Folder, "--types", "click");
        ToolRun limited = await ToolRun.OfAsync("users", Folder, "--limit", "1");
        ToolRun prefixed = await ToolRun.OfAsync("users", Folder, "--prefix", "1", "--json");
        string two = User(2, 6, TestStores.Start + 100);
        string ten = User(10, 5, TestStores.Start + 9);
        Assert.That(all.Text, Is.EqualTo(two + ten));
        Assert.That(all.Messages, Does.StartWith("2 users"));
        Assert.That(clicks.Text, Does.StartWith("2  1 event, the newest of "));
        Assert.That(limited.Text, Does.StartWith("2  6 events, "));
        Assert.That(limited.Messages, Does.StartWith("1 user; there are more"));
        Assert.That(prefixed.Text, Is.EqualTo(ten));
    }

    [Test]
    public async Task Users_OfMoreRowsThanABatch_AreCountedOnce()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("a", t => t.Field<int>("n")));
        using (SignalStore store = SignalStore.Open(At("big"), schema))
        {
            EventBatch batch = store.CreateBatch("a", 1000);
            for (int i = 0; i < 20_000; i++)
            {
                batch.Add(UserId.From(i < 19_000 ? 1UL : 2UL), TestStores.Start + i, (ulong)i).Set("n", i);
                if (batch.Count == 1000)
                {
                    await store.AppendAsync(batch);
                    batch.Clear();
                }
            }
        }

        ToolRun run = await ToolRun.OfAsync("users", At("big"), "--json");
        Assert.That(run.Text, Is.EqualTo(User(1, 19_000, TestStores.Start + 18_999) + User(2, 1_000, TestStores.Start + 19_999)));
    }

    [Test]
    public async Task Tail_BesideTheWriter_PrintsWhatArrivesAlsoWhenItIsLate()
    {
        using SignalStore writer = SignalStore.Open(Folder, Schema);
        TaskCompletionSource looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using FirstLine text = new(looked);
        using StringWriter messages = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        Task<ExitCode> tail = Task.Run(() => new ToolApplication(console, () => Stream.Null, messages, console)
            .RunAsync(["tail", Folder, "2", "--last", "1", "--count", "3", "--types", "view"]));
        await Task.WhenAny(looked.Task, tail);
        EventBatch batch = writer.CreateBatch("view");
        batch.Add(UserId.From(2UL), TestStores.Start + 200, 1).Set("n", 1);
        batch.Add(UserId.From(10UL), TestStores.Start + 200, 2).Set("n", 2);
        batch.Add(UserId.From(2UL), TestStores.Start + 3, 3).Set("n", 3);
        await writer.AppendAsync(batch);
        Assert.That(await tail.WaitAsync(TimeSpan.FromMinutes(2)), Is.EqualTo(ExitCode.Ok), messages.ToString());
        Assert.That(
            text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[3]),
            Is.EqualTo(new[] { "8", "3", "1" }));
    }

    [Test]
    public async Task Tail_ThatIsStopped_EndsWell()
    {
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        ToolRun run = await ToolRun.OfAsync(200, ["tail", Folder, "2", "--last", "2"], stop.Token);
        Assert.That((run.Code, run.Messages), Is.EqualTo((ExitCode.Ok, "")));
        Assert.That(
            run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[2]),
            Is.EqualTo(new[] { "view", "click" }));
    }

    [TestCase("csv")]
    [TestCase("frames")]
    public async Task Ingest_OfAnExport_MakesTheSameStore_AlsoTwice(string format)
    {
        string file = At("out." + format);
        await ToolRun.OfAsync("export", Folder, "--format", format, "--output", file);
        SignalStore.Open(At("copy"), Schema).Dispose();
        ToolRun first = await ToolRun.OfAsync("ingest", At("copy"), file, "--json");
        ToolRun second = await ToolRun.OfAsync("ingest", At("copy"), file);
        Assert.That((first.Code, second.Code), Is.EqualTo((ExitCode.Ok, ExitCode.Ok)), first.Messages + second.Messages);
        Assert.That(first.Text, Does.Contain("\"events\":11").And.Contain("\"rejected\":0"));
        Assert.That(
            (await ToolRun.OfAsync("export", At("copy"), "--format", "jsonl")).Output,
            Is.EqualTo((await ToolRun.OfAsync("export", Folder, "--format", "jsonl")).Output));
    }

    [Test]
    public async Task Ingest_OfRowsThatAreNoEvents_NamesTheirLinesAndTakesTheRest()
    {
        string file = Write("rows.csv", string.Join("\r\n",
            "id,time,type,user,n,title",
            "1,1772323200000,view,7,5,\"two",
            "lines\"",
            "2,1772323200000,view,7,5",
            "3,soon,view,7,5,t",
            "4,1772323200000,look,7,5,t",
            "5,1772323200000,view,007,5,t",
            "6,1772323200000,view,7,x,t",
            "",
            "7,1772323200000,view,7,5,\"a\"b",
            "8,9223372036854775807,view,7,5,t",
            "9,1772323200000,view,7,\\N,",
            "10,1772323200000,view,7,5,\"open"));
        ToolRun run = await ToolRun.OfAsync("ingest", Folder, file, "--json");
        Assert.That(run.Code, Is.EqualTo(ExitCode.ProblemsFound));
        Assert.That(run.Text, Does.Contain("\"events\":2,\"skipped\":0,\"rejected\":8"));
        string[] lines = [.. run.Messages.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Replace($"'{file}' ", "", StringComparison.Ordinal))];
        Assert.That(lines[..7], Is.EqualTo(new[]
        {
            "line 4: it has 5 cells; the first line names 6",
            "line 5: 'soon' is no time in milliseconds since 1970",
            "line 6: the store has no event type 'look'",
            "line 7: '007' is no user as exports write it: a number from 1, or 32 hexadecimal digits",
            "line 8: the cell of 'n' is no Int32",
            "line 10: text follows a closing quote",
            "line 13: a quote is not closed",
        }));
        Assert.That(lines[7], Does.StartWith("line 11: "));
        ToolRun get = await ToolRun.OfAsync("get", Folder, "7", "--json");
        Assert.That(get.Text, Does.Contain("\"title\":\"two\\r\\nlines\"").And.Contain("\"n\":null"));
    }

    [TestCase("a.csv", "", "is empty")]
    [TestCase("a.csv", "user,type,time\r\n", "has no column 'id'")]
    [TestCase("a.csv", "user,type,time,id,colour\r\n", "has columns that the store does not have: colour")]
    [TestCase("a.txt", "user,type,time,id\r\n", "does not say what the file is")]
    public async Task Ingest_OfAnotherFile_IsUsageAndNamesIt(string name, string text, string message)
    {
        ToolRun run = await ToolRun.OfAsync("ingest", Folder, Write(name, text));
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Messages, Does.Contain(name).And.Contain(message));
    }

    [Test]
    public async Task Ingest_OfTextThatIsNotUtf8_IsUsage()
    {
        await File.WriteAllBytesAsync(At("latin.csv"), [.. "user,type,time,id,title\r\n7,view,1772323200000,1,"u8, 0xE4, (byte)'\n']);
        ToolRun run = await ToolRun.OfAsync("ingest", Folder, At("latin.csv"));
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Messages, Does.Contain("latin.csv").And.Contain("is not UTF-8"));
    }

    [Test]
    public async Task Ingest_IntoAStoreInUse_IsRefusedAndNamesTheHolder()
    {
        string file = Write("one.csv", "user,type,time,id\r\n7,view,1772323200000,1\r\n");
        using SignalStore writer = SignalStore.Open(Folder, Schema);
        ToolRun run = await ToolRun.OfAsync("ingest", Folder, file);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Locked));
        Assert.That(run.Messages, Does.Contain(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
    }

    [Test]
    public async Task Ingest_OfAFileThatIsNotThere_IsNotFoundAndNamesIt()
    {
        ToolRun run = await ToolRun.OfAsync("ingest", Folder, "nowhere/rows.csv");
        Assert.That(run.Code, Is.EqualTo(ExitCode.NotFound));
        Assert.That(run.Messages, Is.EqualTo($"There is no file 'nowhere/rows.csv'.{Environment.NewLine}"));
    }

    [Test]
    public async Task Erase_WithACertificate_WritesItCompleteAndPrintsTheSame()
    {
        string file = At("certificate.json");
        ToolRun run = await ToolRun.OfAsync("erase", Folder, "2", "--yes", "--certificate", file, "--json");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        using JsonDocument kept = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        using JsonDocument printed = JsonDocument.Parse(run.Text);
        Assert.That(kept.RootElement.GetProperty("complete").GetBoolean());
        Assert.That(kept.RootElement.GetProperty("user").GetString(), Is.EqualTo("2").Or.Length.EqualTo(32));
        Assert.That(kept.RootElement.GetProperty("places").GetArrayLength(), Is.Positive);
        Assert.That(JsonElement.DeepEquals(printed.RootElement.GetProperty("certificate"), kept.RootElement));
    }

    [Test]
    public async Task Erase_WithACertificateThatIsThereAlready_ErasesNothing()
    {
        string file = Write("certificate.json", "kept");
        ToolRun run = await ToolRun.OfAsync("erase", Folder, "2", "--yes", "--certificate", file);
        Assert.That((run.Code, await File.ReadAllTextAsync(file)), Is.EqualTo((ExitCode.Failed, "kept")));
        Assert.That((await ToolRun.OfAsync("get", Folder, "2")).Code, Is.EqualTo(ExitCode.Ok));
    }

    private static IEnumerable<string> Described(StoreSchema schema) => schema.EventTypes.SelectMany(
        type => type.Columns.Select(column => $"{type.Name} {type.Window} {type.KeepLast} {type.MaxAge} {column} {column.Role}"));

    private static string User(ulong user, int events, long newestMs) => string.Create(
        CultureInfo.InvariantCulture, $"{{\"user\":\"{user}\",\"events\":{events},\"newest_ms\":{newestMs}}}{Environment.NewLine}");

    /// <summary>Keeps text, and tells when the first line was written.</summary>
    private sealed class FirstLine(TaskCompletionSource seen) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            seen.TrySetResult();
        }
    }

    private string At(string name) => Path.Combine(_root, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(At(name), text, new UTF8Encoding(false));
        return At(name);
    }
}
