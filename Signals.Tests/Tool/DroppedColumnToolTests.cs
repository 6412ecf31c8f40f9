using System.Text;
using Signals.Tests.Storage.Engine;
using Signals.Tool;
using Signals.Tool.Stores;

namespace Signals.Tests.Tool;

/// <summary>The tool and columns that were dropped or renamed: in schemas as JSON, salvage without a manifest, and CSV.</summary>
internal sealed class DroppedColumnToolTests
{
    private static readonly StoreOptions AtOnce = new() { RetentionGrace = TimeSpan.Zero };

    private string _root = null!;

    private string Folder => At("store");

    // view: item, price (int32, dropped for good), price (float64), note (before: comment), colour (dropped, within the grace).
    [SetUp]
    public void MakeStore()
    {
        _root = Directory.CreateTempSubdirectory("signals-").FullName;
        Fill(View(t => t.Field<int>("item").Field<int>("price").Text("comment").Text("colour")), 1, AtOnce, row =>
            row.Set("item", 1).Set("price", 100).Set("comment", "first").Set("colour", "red"));
        for (int i = 0; i < 2; i++)
        {
            SignalStore.Open(Folder, View(t => t.Field<int>("item").Dropped("price").Text("comment").Text("colour")), AtOnce).Dispose();
        }

        Fill(
            View(t => t.Field<int>("item").Field<double>("price").Text("note").RenamedFrom("comment").Dropped("colour")), 2, null,
            row => row.Set("item", 2).Set("price", 1.5).Set("note", "second"));
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
        Assert.That(Described(read), Is.EqualTo(new[]
        {
            "item False False []", "price True True []", "note False False [comment]", "colour True False []", "price False False []",
        }));
        Assert.That(text.Text, Does.Match(@"price +int32 +field, dropped *\n"));
        Assert.That(text.Text, Does.Match("colour +text +field, dropped, can be taken back"));
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
        StoreSchema old = View(t => t.Field<int>("item").Field<double>("price").Text("note").RenamedFrom("comment").Text("colour"));
        using SignalStore back = SignalStore.Open(At("new"), old);
        using Sequence events = back.Read(UserId.From("alice"), back.Query("view").Columns("colour").Build());
        Assert.That(events.Count, Is.EqualTo(2));
        Assert.That(events.Text("colour", events.Ids.IndexOf(1UL)), Is.EqualTo("red"));
    }

    [Test]
    public async Task Salvage_WithASchemaWhoseDropIsUnknown_IsUsage()
    {
        string text = (await ToolRun.OfAsync("schema", Folder, "--json")).Text.Replace("for_good", "perhaps", StringComparison.Ordinal);
        ToolRun run = await ToolRun.OfAsync("salvage", Folder, At("new"), "--schema", Write("schema.json", text));
        Assert.That((run.Code, run.Messages.Contains("'perhaps'", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Usage, true)));
    }

    [Test]
    public async Task Ingest_OfAnExport_WhoseNameWasThatOfADroppedColumn_IsTheSameStore()
    {
        await ToolRun.OfAsync("export", Folder, "--format", "csv", "--output", At("all.csv"));
        SignalStore.Open(At("copy"), SignalStore.ReadSchema(Folder)).Dispose();
        ToolRun run = await ToolRun.OfAsync("ingest", At("copy"), At("all.csv"));
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That(
            (await ToolRun.OfAsync("export", At("copy"), "--format", "jsonl")).Output,
            Is.EqualTo((await ToolRun.OfAsync("export", Folder, "--format", "jsonl")).Output));
    }

    [Test]
    public async Task Ingest_OfAFileFromBeforeARename_FindsTheColumn()
    {
        ToolRun run = await ToolRun.OfAsync(
            "ingest", Folder, Write("old.csv", $"user,type,time,id,comment\r\n7,view,{TestStores.Start},1,kept\r\n"));
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That((await ToolRun.OfAsync("get", Folder, "7")).Text, Does.Contain("note=\"kept\""));
    }

    [Test]
    public async Task Ingest_OfARowWithTwoNamesOfAColumn_RefusesIt()
    {
        string file = Write(
            "two.csv",
            $"user,type,time,id,comment,note\r\n7,view,{TestStores.Start},1,a,b\r\n8,view,{TestStores.Start},1,a,\r\n");
        ToolRun run = await ToolRun.OfAsync("ingest", Folder, file, "--json");
        Assert.That(run.Code, Is.EqualTo(ExitCode.ProblemsFound));
        Assert.That(run.Text, Does.Contain("\"events\":1,").And.Contain("\"rejected\":1,"));
        Assert.That(run.Messages, Does.Contain("line 2: the cell of 'note' is a second value of 'note'"));
    }

    [Test]
    public async Task Ingest_OfAColumnThatWasDropped_IsUsageAndSaysSo()
    {
        ToolRun run = await ToolRun.OfAsync(
            "ingest", Folder, Write("old.csv", $"user,type,time,id,colour\r\n7,view,{TestStores.Start},1,red\r\n"));
        Assert.That((run.Code, run.Messages.Contains("colour (it was dropped)", StringComparison.Ordinal)),
            Is.EqualTo((ExitCode.Usage, true)), run.Messages);
    }

    private delegate void RowSetter(EventRow row);

    private static StoreSchema View(Action<EventTypeBuilder> define) => StoreSchema.Define(s => s.EventType("view", define));

    private static IEnumerable<string> Described(StoreSchema schema) => schema["view"].Columns.Select(
        column => $"{column.Name} {column.IsDropped} {column.IsDropFinal} [{string.Join(' ', column.FormerNames)}]");

    private void Fill(StoreSchema schema, ulong id, StoreOptions? options, RowSetter set)
    {
        using SignalStore store = SignalStore.Open(Folder, schema, options);
        EventBatch batch = store.CreateBatch("view");
        set(batch.Add(UserId.From("alice"), TestStores.Start + (long)id, id));
        store.Append(batch);
        store.FlushAsync().GetAwaiter().GetResult();
    }

    private string At(string name) => Path.Combine(_root, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(At(name), text, new UTF8Encoding(false));
        return At(name);
    }
}
