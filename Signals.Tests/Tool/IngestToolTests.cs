using System.Globalization;
using System.Text;
using Signals.Tests.Storage.Engine;
using Signals.Tool;
using Signals.Tool.Ingest;

namespace Signals.Tests.Tool;

/// <summary>The command ingest loses no value without saying so, and says what is true.</summary>
[Category("Fast")]
internal sealed class IngestToolTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Text("title"))
        .EventType("click", t => t.Text("title").Text("where")));

    private string _root = null!;

    private string Folder => At("store");

    [SetUp]
    public void MakeStore()
    {
        _root = Directory.CreateTempSubdirectory("signals-").FullName;
        SignalStore.Open(Folder, Schema).Dispose();
    }

    [TearDown]
    public void DeleteStore() => Directory.Delete(_root, recursive: true);

    [TestCase("user,type,time,id,n,title,n", "'n' twice")]
    [TestCase("user,type,time,id,n,id", "'id' twice")]
    [TestCase("user,type,time,id,\"n\"x", "is malformed: text follows a closing quote")]
    public async Task Csv_OfAnAmbiguousHeader_IsUsage(string header, string message)
    {
        string rest = string.Concat(Enumerable.Repeat(",1", header.Split(',').Length - 4));
        ToolRun run = await ToolRun.OfAsync("ingest", Folder, Write("a.csv", $"{header}\n7,view,{TestStores.Start},1{rest}\n"));
        Assert.That((run.Code, run.Text), Is.EqualTo((ExitCode.Usage, "")), run.Messages);
        Assert.That(run.Messages, Does.Contain("a.csv").And.Contain(message));
    }

    [Test]
    public async Task Csv_OfAValueThatItsTypeHasNoColumnFor_IsRefused()
    {
        string file = Write("a.csv", string.Join('\n',
            "user,type,time,id,n,title,where",
            $"7,view,{TestStores.Start},1,5,t,",
            $"7,view,{TestStores.Start},2,5,t,left",
            $"7,click,{TestStores.Start},3,,\"t\",left",
            $"7,click,{TestStores.Start},4,\\N,t,left",
            $"7,click,{TestStores.Start},5,\"\",t,left"));
        ToolRun run = await ToolRun.OfAsync("ingest", Folder, file, "--json");
        Assert.That(run.Code, Is.EqualTo(ExitCode.ProblemsFound));
        Assert.That(run.Text, Does.Contain("\"events\":3,").And.Contain("\"rejected\":2,"));
        Assert.That(run.Messages, Does.Contain("line 3: the event type 'view' has no column 'where', and its cell is not empty"));
        Assert.That(run.Messages, Does.Contain("line 5: the event type 'click' has no column 'n'"));
    }

    [Test]
    public async Task Csv_WithTheMarkOfUtf8_IsReadAndStillChecked()
    {
        byte[] good = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($"user,type,time,id,title\n7,view,{TestStores.Start},1,"), 0xC3, 0xA4];
        await File.WriteAllBytesAsync(At("good.csv"), [.. good, (byte)'\n']);
        ToolRun run = await ToolRun.OfAsync("ingest", Folder, At("good.csv"));
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That((await ToolRun.OfAsync("get", Folder, "7")).Text, Does.Contain("title=\"ä\"").Or.Contain("title=\"\\u00E4\""));
        await File.WriteAllBytesAsync(At("bad.csv"), [.. good[..^1], (byte)'\n']);
        ToolRun bad = await ToolRun.OfAsync("ingest", Folder, At("bad.csv"));
        Assert.That((bad.Code, bad.Messages.Contains("is not UTF-8", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Usage, true)));
    }

    [Test]
    public async Task Csv_Stopped_SaysHowManyWereTaken()
    {
        IEnumerable<string> rows = Enumerable.Range(1, 400).Select(
            id => string.Create(CultureInfo.InvariantCulture, $"{(id == 300 ? "007" : "7")},view,{TestStores.Start},{id},5"));
        string file = Write("a.csv", string.Join('\n', rows.Prepend("user,type,time,id,n")));
        using CancellationTokenSource stop = new();
        using StopAtFirst messages = new(stop);
        ToolRun run = await ToolRun.OfAsync(200, ["ingest", Folder, file], messages, null, stop.Token);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Messages, Does.Contain($"'{file}': 256 events taken and 1 refused before it was stopped"));
        using SignalStore store = SignalStore.Open(Folder, Schema);
        using Sequence events = store.Read(UserId.From(7UL), store.Query("view").Last(1000).Build());
        Assert.That(events.Count, Is.EqualTo(256));
    }

    [Test]
    public async Task Frames_PassedOver_AreSaidToLieBeforeThePosition()
    {
        string file = At("a.frames");
        await ToolRun.OfAsync("ingest", Folder, Write("a.csv", $"user,type,time,id,n\n7,view,{TestStores.Start},1,5\n"));
        await ToolRun.OfAsync("export", Folder, "--format", "frames", "--output", file);
        await ToolRun.OfAsync("ingest", Folder, file);
        ToolRun again = await ToolRun.OfAsync("ingest", Folder, file);
        Assert.That(again.Code, Is.EqualTo(ExitCode.Ok), again.Messages);
        Assert.That(again.Text, Does.Contain("1 passed over before the position that the store keeps"));
        Assert.That(again.Messages, Does.Contain("'signals reset'"));
        ToolRun longName = await ToolRun.OfAsync("ingest", Folder, file, "--source", new string('s', 257));
        Assert.That((longName.Code, longName.Messages.Contains("1 to 256", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Usage, true)));
    }

    [Test]
    public void Rejects_AReasonThatOccursOften_HidesNoOther()
    {
        using StringWriter messages = new();
        Rejects few = new("f", messages);
        few.Add("byte 1", "often (30 times, first there)", 30);
        few.Add("byte 2", "once");
        few.End();
        Assert.That(
            messages.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries),
            Is.EqualTo(new[] { "'f' byte 1: often (30 times, first there)", "'f' byte 2: once" }));
        Rejects many = new("f", messages);
        for (int i = 0; i < 21; i++)
        {
            many.Add("line", "reason");
        }

        many.End();
        Assert.That(messages.ToString(), Does.EndWith($"'f': 21 refused; the first 20 are shown{Environment.NewLine}"));
        Assert.That((few.Total, many.Total), Is.EqualTo((31L, 21L)));
    }

    private string At(string name) => Path.Combine(_root, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(At(name), text, new UTF8Encoding(false));
        return At(name);
    }

    /// <summary>Stops the run with its first message.</summary>
    private sealed class StopAtFirst(CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            stop.Cancel();
            base.WriteLine(value);
        }
    }
}
