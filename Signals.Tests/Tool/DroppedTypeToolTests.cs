using System.Text;
using Signals.Tests.Storage.Engine;
using Signals.Tool;
using Signals.Tool.Stores;

namespace Signals.Tests.Tool;

/// <summary>
/// The tool and event types that were dropped or renamed: in schemas as JSON, salvage without a manifest, tables and CSV.
/// </summary>
internal sealed class DroppedTypeToolTests
{
    private string _root = null!;

    private string Folder => At("store");

    // gone (dropped for good), tap (before: click), page (dropped, within the grace), gone (another one).
    [SetUp]
    public void MakeStore()
    {
        _root = Directory.CreateTempSubdirectory("signals-").FullName;
        StoreOptions atOnce = new() { RetentionGrace = TimeSpan.Zero };
        Fill(Define("gone", "click", "page"), atOnce, "gone", "click", "page");
        SignalStore.Open(Folder, StoreSchema.Define(s => Add(s, "click").Dropped("gone")), atOnce).Dispose();
        Fill(StoreSchema.Define(s => Add(Add(s, "gone"), "tap", "click").Dropped("page")), null, "gone", "tap");
    }

    [TearDown]
    public void DeleteStore() => Directory.Delete(_root, recursive: true);

    [Test]
    public async Task Schema_AsJson_KeepsWhatWasDroppedAndFormerNames()
    {
        ToolRun json = await ToolRun.OfAsync("schema", Folder, "--json");
        ToolRun text = await ToolRun.OfAsync("schema", Folder);
        StoreSchema read = SchemaJson.Read(Write("schema.json", json.Text));
        Assert.That(SchemaJson.Write(read), Is.EqualTo(json.Text.TrimEnd()));
        Assert.That(Described(read), Is.EqualTo(Described(SignalStore.ReadSchema(Folder))));
        Assert.That(
            Described(read),
            Is.EqualTo(new[] { "gone True True []", "tap False False [click]", "page True False []", "gone False False []" }));
        Assert.That(text.Text, Does.Contain("gone, dropped: keeps").And.Contain("page, dropped, can be taken back: keeps"));
    }

    [Test]
    public async Task Salvage_WithoutAManifest_HidesWhatWasDroppedAndLetsItBeTakenBack()
    {
        string schema = Write("schema.json", (await ToolRun.OfAsync("schema", Folder, "--json")).Text);
        byte[] before = (await ToolRun.OfAsync("export", Folder, "--format", "jsonl")).Output;
        LostManifest.DeleteIn(Folder);

        ToolRun run = await ToolRun.OfAsync("salvage", Folder, At("new"), "--schema", schema);
        Assert.That(run.Code, Is.EqualTo(ExitCode.ProblemsFound).Or.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That((await ToolRun.OfAsync("export", At("new"), "--format", "jsonl")).Output, Is.EqualTo(before));
        using SignalStore back = SignalStore.Open(At("new"), Define("page"));
        using Sequence events = back.Read(UserId.From("alice"), back.Query("page").Build());
        Assert.That(events.Count, Is.EqualTo(1));
        Assert.That(back.Schema["gone"].Id, Is.EqualTo(3));
    }

    [Test]
    public async Task Salvage_WithASchemaWhoseDropIsUnknown_IsUsage()
    {
        string text = (await ToolRun.OfAsync("schema", Folder, "--json")).Text.Replace("for_good", "perhaps", StringComparison.Ordinal);
        ToolRun run = await ToolRun.OfAsync("salvage", Folder, At("new"), "--schema", Write("schema.json", text));
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Messages, Does.Contain("event type 'gone' is dropped 'perhaps'"));
    }

    [Test]
    public async Task Inspect_ListsTablesOfDroppedTypesAsSuch_AndStatsCountsThemForNoOther()
    {
        ToolRun all = await ToolRun.OfAsync("inspect", Folder);
        Assert.That(all.Text, Does.Contain("page, dropped").And.Contain("tap"));
        ToolRun json = await ToolRun.OfAsync("inspect", Folder, "--type", "click", "--json");
        Assert.That(json.Text, Does.Contain("\"type\":\"tap\"").And.Contain("\"dropped\":false").And.Not.Contain("page"));
        ToolRun stats = await ToolRun.OfAsync("stats", Folder, "--json");
        Assert.That(stats.Text, Does.Contain("\"name\":\"gone\",\"columns\":1,\"tables\":1,\"rows\":1,").And.Not.Contain("page"));
        ToolRun unknown = await ToolRun.OfAsync("inspect", Folder, "--type", "page");
        Assert.That((unknown.Code, unknown.Messages), Is.EqualTo((ExitCode.Usage, unknown.Messages)));
        Assert.That(unknown.Messages, Does.Contain("'page': it was dropped"));
    }

    [TestCase("users")]
    [TestCase("get", "alice")]
    [TestCase("export", "--format", "jsonl")]
    [TestCase("export", "--format", "csv")]
    [TestCase("erase", "alice", "--yes")]
    public async Task EveryCommand_PassesOverWhatWasDropped(string command, params string[] more)
    {
        ToolRun run = await ToolRun.OfAsync([command, Folder, .. more]);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That(run.Text, Does.Not.Contain("page"));
    }

    [Test]
    public async Task Ingest_OfRowsOfADroppedAndOfARenamedType_RefusesAndTakes()
    {
        string file = Write(
            "two.csv", $"user,type,time,id,x\r\n7,page,{TestStores.Start},1,a\r\n7,click,{TestStores.Start},2,a\r\n");
        ToolRun run = await ToolRun.OfAsync("ingest", Folder, file, "--json");
        Assert.That(run.Code, Is.EqualTo(ExitCode.ProblemsFound));
        Assert.That(run.Text, Does.Contain("\"events\":1,").And.Contain("\"rejected\":1,"));
        Assert.That(run.Messages, Does.Contain("the store has no event type 'page': it was dropped"));
    }

    [Test]
    public async Task Ingest_OfAColumnThatOnlyADroppedTypeHas_IsUsageAndSaysSo()
    {
        string other = At("other");
        StoreSchema both = StoreSchema.Define(s => Add(s, "view").EventType("click", t => t.Text("place")));
        SignalStore.Open(other, both).Dispose();
        SignalStore.Open(other, StoreSchema.Define(s => Add(s, "view").Dropped("click"))).Dispose();
        ToolRun run = await ToolRun.OfAsync(
            "ingest", other, Write("old.csv", $"user,type,time,id,x,place\r\n7,view,{TestStores.Start},1,a,\r\n"));
        Assert.That((run.Code, run.Messages.Contains("place (it was dropped)", StringComparison.Ordinal)),
            Is.EqualTo((ExitCode.Usage, true)), run.Messages);
    }

    private static StoreSchema Define(params string[] types) => StoreSchema.Define(s => Array.ForEach(types, type => Add(s, type)));

    private static StoreSchemaBuilder Add(StoreSchemaBuilder schema, string type, params string[] formerNames) => schema.EventType(
        type, define =>
        {
            define.Text("x");
            Array.ForEach(formerNames, former => define.TypeRenamedFrom(former));
        });

    private static IEnumerable<string> Described(StoreSchema schema) => schema.EventTypes.Select(
        type => $"{type.Name} {type.IsDropped} {type.IsDropFinal} [{string.Join(' ', type.FormerNames)}]");

    private void Fill(StoreSchema schema, StoreOptions? options, params string[] types)
    {
        using SignalStore store = SignalStore.Open(Folder, schema, options);
        foreach (string type in types)
        {
            EventBatch batch = store.CreateBatch(type);
            batch.Add(UserId.From("alice"), TestStores.Start, (ulong)type.Length).Set("x", type);
            store.Append(batch);
        }

        store.FlushAsync().GetAwaiter().GetResult();
    }

    private string At(string name) => Path.Combine(_root, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(At(name), text, new UTF8Encoding(false));
        return At(name);
    }
}
