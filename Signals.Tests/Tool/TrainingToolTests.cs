using Apache.Arrow;
using Apache.Arrow.Ipc;
using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Parquet;
using Signals.Tests.Storage.Engine;
using Signals.Tool;
using Signals.Tool.Training;

namespace Signals.Tests.Tool;

/// <summary>Training sets and profiles by the tool: from a closed store, from a checkpoint, and what it refuses.</summary>
[Category("Fast")]
internal sealed class TrainingToolTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));

    [Test]
    public async Task Training_ReceiptsAndKnownThen_GiveWhatWasServedBeforeTheLateEvent()
    {
        using ToolFolder folder = new();
        long then = await WriteKeptAsync(folder);
        foreach (string[] kind in (string[][])[["--receipts", folder.At("receipts.csv"), "--labels", folder.At("labels.csv")],
            ["--as-known-then", "--labels", folder.Write("at.csv", $"request_id,user,time,label\nr,alice,{then},1\n")]])
        {
            string output = folder.At("set" + kind[0]);
            ToolRun run = await ToolRun.OfAsync(
                ["training", folder.At("kept"), "--definition", folder.Definition, "--output", output, "--json", .. kind]);
            Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
            Assert.That(run.Text, Does.Contain("\"rows\":1").And.Contain("\"joined\":1"));
            Assert.That(Numbers(output), Is.EqualTo(new[] { 1 }), "the late event was not known");
        }

        string now = folder.At("now");
        string late = folder.Write("late.csv", $"user,time\nalice,{then}\n");
        ToolRun corrected = await ToolRun.OfAsync(
            "training", folder.At("kept"), "--definition", folder.Definition, "--output", now, "--as-corrected-now", "--labels", late,
            "--format", "arrow");
        Assert.That(corrected.Text, Does.Contain("1 row of 1"));
        Assert.That(Numbers(now), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task Training_OfACheckpoint_ReadsItAndChangesNothing()
    {
        using ToolFolder folder = new();
        Assert.That((await ToolRun.OfAsync("checkpoint", folder.Store, folder.At("checkpoint"))).Code, Is.EqualTo(ExitCode.Ok));
        string[] before = Directory.GetFiles(folder.At("checkpoint"));
        ToolRun run = await ToolRun.OfAsync(
            "training", folder.At("checkpoint"), "--definition", folder.Definition, "--labels", folder.Moments, "--output",
            folder.At("set"), "--as-corrected-now", "--states", "--threads", "2");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That(run.Text, Does.Contain("2 rows of 2 asked for, 1 with a label"));
        Assert.That(Directory.GetFiles(folder.At("checkpoint")), Is.EqualTo(before));
        Assert.That(Numbers(folder.At("set")), Is.EquivalentTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task Training_InputsAsParquet_GiveTheSameSet()
    {
        using ToolFolder folder = new();
        long then = await WriteKeptAsync(folder);
        using (Duck duck = new())
        {
            foreach (string input in (string[])["receipts", "labels"])
            {
                duck.Run($"COPY (FROM read_csv('{folder.At(input)}.csv', header = true, delim = ',')) "
                    + $"TO '{folder.At(input)}.parquet' (FORMAT parquet)");
            }

            duck.Run($"COPY (SELECT 'alice' AS who, {then} AS moment) TO '{folder.At("moments.parquet")}' (FORMAT parquet)");
        }

        ToolRun run = await ToolRun.OfAsync(
            "training", folder.At("kept"), "--definition", folder.Definition, "--output", folder.At("set"), "--receipts",
            folder.At("receipts.parquet"), "--labels", folder.At("labels.parquet"), "--json");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That(run.Text, Does.Contain("\"rows\":1").And.Contain("\"joined\":1"));
        Assert.That(Numbers(folder.At("set")), Is.EqualTo(new[] { 1 }));
        string[] moments =
        [
            "training", folder.At("kept"), "--definition", folder.Definition, "--output", folder.At("now"), "--as-corrected-now",
            "--labels", folder.At("moments.parquet"), "--user", "who", "--time", "moment",
        ];
        ToolRun untold = await ToolRun.OfAsync(moments);
        Assert.That(
            (untold.Code, untold.Messages.Contains("moments.parquet", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Failed, true)));
        ToolRun told = await ToolRun.OfAsync([.. moments, "--user-kind", "name"]);
        Assert.That(told.Code, Is.EqualTo(ExitCode.Ok), told.Messages);
        Assert.That(Numbers(folder.At("now")), Is.EqualTo(new[] { 1, 2 }));
    }

    [TestCase("user,time\nalice,yesterday\n", "line 2", "time")]
    [TestCase("user,time\nalice\n", "line 2", "1 cell;")]
    [TestCase("user,time\n\"alice,1\n", "line 2", "a quote is not closed")]
    [TestCase("user,time\n\"al\"ice,1\n", "line 2", "text follows a closing quote")]
    [TestCase("user,time,note\nalice,1,\"two\nlines\"\nbob,soon,\n", "line 4", "time")]
    [TestCase("user,when\nalice,1\n", "time", "user, when")]
    [TestCase("user,time\n\n007,1\n", "line 3", "user")]
    [TestCase("", "empty", "columns")]
    public async Task Training_LabelsThatCannotBeRead_NamesFileLineAndWhat(string text, string one, string other)
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync(
            "training", folder.Store, "--definition", folder.Definition, "--output", folder.At("set"), "--as-corrected-now",
            "--labels", folder.Write("bad.csv", text));
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Messages, Does.Contain("bad.csv").And.Contain(one).And.Contain(other));
        Assert.That(Directory.Exists(folder.At("set")) || Directory.Exists(folder.At("set.part")), Is.False);
    }

    [TestCase("--time-unit", "seconds")]
    [TestCase("--time", "when")]
    [TestCase("--user", "who")]
    [TestCase("--user-kind", "name")]
    public async Task Training_AnOptionOfParquetForCsv_IsUsage(string option, string value)
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync(
            "training", folder.Store, "--definition", folder.Definition, "--output", folder.At("set"), "--as-corrected-now",
            "--labels", folder.Moments, option, value);
        Assert.That((run.Code, Directory.Exists(folder.At("set"))), Is.EqualTo((ExitCode.Usage, false)), run.Messages);
        Assert.That(run.Messages, Does.Contain(option + " goes with inputs as Parquet"));
    }

    [Test]
    public async Task Training_NoKindOrTwo_IsUsage()
    {
        using ToolFolder folder = new();
        string[] line =
            ["training", folder.Store, "--definition", folder.Definition, "--output", folder.At("set"), "--labels", folder.Moments];
        Assert.That((await ToolRun.OfAsync(line)).Code, Is.EqualTo(ExitCode.Usage));
        Assert.That((await ToolRun.OfAsync([.. line, "--as-known-then", "--as-corrected-now"])).Code, Is.EqualTo(ExitCode.Usage));
        Assert.That((await ToolRun.OfAsync([.. line, "--as-known-then", "--format", "csv"])).Code, Is.EqualTo(ExitCode.Usage));
        Assert.That((await ToolRun.OfAsync([.. line, "--as-known-then"])).Code, Is.EqualTo(ExitCode.Failed), "it keeps no versions");
    }

    [Test]
    public async Task Profile_AgainstItsOwnOutput_ShowsNoDrift()
    {
        using ToolFolder folder = new();
        ToolRun first = await ToolRun.OfAsync("profile", folder.Store, "--definition", folder.Definition, "--json");
        Assert.That(first.Code, Is.EqualTo(ExitCode.Ok), first.Messages);
        string baseline = folder.Write("baseline.json", first.Text);
        ToolRun second = await ToolRun.OfAsync("profile", folder.Store, "--definition", folder.Definition, "--baseline", baseline);
        Assert.That(second.Text, Does.Contain("2 sequences").And.Contain("psi 0.000").And.Contain("n (Int32)"));
        ToolRun bad = await ToolRun.OfAsync(
            "profile", folder.Store, "--definition", folder.Definition, "--baseline", folder.Write("bad.json", "{\"a\":1}"));
        Assert.That((bad.Code, bad.Messages.Contains("bad.json", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Usage, true)));
    }

    [TestCase("request_id,label\nr,1\n")]
    [TestCase("request_id,label,time\nr,1,\n")]
    public void Labels_WithoutATime_HaveNone(string text)
    {
        using ToolFolder folder = new();
        Assert.That(TrainingInputs.Labels(folder.Write("labels.csv", text)).Single().TimeMs, Is.Null);
    }

    [Test]
    public async Task Training_NoRows_SaysSoAndNoShare()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync(
            "training", folder.Store, "--definition", folder.Definition, "--output", folder.At("set"), "--as-corrected-now",
            "--labels", folder.Write("none.csv", "user,time\n"));
        Assert.That(run.Text, Does.Contain("no rows").And.Not.Contain("complete"));
    }

    /// <summary>A store that keeps versions, with a receipt, its label, and an event that came late.</summary>
    private static async Task<long> WriteKeptAsync(ToolFolder folder)
    {
        using SignalStore store = SignalStore.Open(
            folder.At("kept"), Schema,
            new StoreOptions
            {
                TimeProvider = new LongAgo(),
                VersionRetention = new VersionRetention { Age = TimeSpan.FromHours(2), Granularity = TimeSpan.FromMilliseconds(20) },
            });
        store.Definitions.Register(SequenceDefinition.Parse(File.ReadAllText(folder.Definition)));
        await AppendAsync(store, 1);
        byte[] receipt = new byte[SequenceReceipt.Bytes];
        using (ServedSequence served = store.Read(UserId.From("alice"), "feed", new ReadOptions { WithReceipt = true }))
        {
            served.Receipt.TryWrite(receipt);
        }

        folder.Write("receipts.csv", $"request_id,receipt\nr,{Convert.ToBase64String(receipt)}\n");
        folder.Write("labels.csv", "request_id,label,time\nr,1,5\n");
        long then = 0;
        Assert.That(SpinWait.SpinUntil(() => IsKnown(store, then = NowMs()), TimeSpan.FromSeconds(20)), Is.True);
        await AppendAsync(store, 2);
        return then;
    }

    private static long NowMs() => new LongAgo().GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whether a state with the first event was recorded at or before a time.</summary>
    private static bool IsKnown(SignalStore store, long atMs)
    {
        using PastStore past = store.OpenPast(DateTimeOffset.FromUnixTimeMilliseconds(atMs));
        using ServedSequence sequence = past.Read(UserId.From("alice"), "feed");
        return sequence.Count == 1;
    }

    private static async Task AppendAsync(SignalStore store, int n)
    {
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From("alice"), TestStores.Start - n, (ulong)n).Set("n", n);
        await store.AppendAsync(batch);
    }

    /// <summary>The clock of ten days ago, so what a store keeps for hours is past its age when it is looked at.</summary>
    private sealed class LongAgo : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddDays(-10);
    }

    /// <summary>The feature n of all rows, in the order of files and rows.</summary>
    private static int[] Numbers(string set)
    {
        List<int> numbers = [];
        using Duck duck = new();
        foreach (string file in Directory.GetFiles(set, "*.parquet", SearchOption.AllDirectories))
        {
            numbers.AddRange(duck.Rows($"SELECT unnest(n) FROM read_parquet('{file}')").Select(Number));
        }

        foreach (string file in Directory.GetFiles(set, "*.arrow", SearchOption.AllDirectories))
        {
            using FileStream stream = File.OpenRead(file);
            using ArrowFileReader reader = new(stream);
            while (reader.ReadNextRecordBatch() is { } batch)
            {
                Int32Array values = (Int32Array)((ListArray)batch.Column("n")).Values;
                numbers.AddRange(Enumerable.Range(0, values.Length).Select(i => values.GetValue(i)!.Value));
            }
        }

        return [.. numbers];
    }

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
