using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using Signals.Testing;
using Signals.Tests.Architecture;
using Signals.Tests.Reliability;

namespace Signals.Tests.Bench;

/// <summary>
/// Each command of the benchmark harness runs at a small size, checks its answers and finds none
/// wrong; wrong options are refused.
/// </summary>
[Category("Scaled")]
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BenchCommandTests
{
    private string _folder = "";

    // The first three take little, and any comparison with its peers, ceilings and percentiles is one.
    private static IEnumerable<TestCaseData> Commands =>
        OfThisSize(
        [
            Case(
                "workload churn, no warm-up round", "compare", "--workload", "churn", "--events", "5000", "--reads", "50",
                "--peer", "rocksdb", "--phases", "reads"),
            Case("0 wrong answers", "histories", "--users", "1"),
            Case("what the profile adds: median", "profile", "--pairs", "4", "--reads", "500", "--rows", "8", "--width", "4"),
            Case(
                "each process warmed up", "compare", "--workload", "dense", "--events", "5000", "--users", "100", "--reads", "50",
                "--peer", "none", "--phases", "ingest"),
            Case(
                ", wrong: 0", "compare", "--events", "5000", "--users", "100", "--reads", "50", "--peer", "rocksdb,faster,lmdb,sqlite",
                "--phases", "reads,enrich,late,requests,syncedrequests"),
            Case(
                ", wrong: 0", "compare", "--workload", "dense", "--warm-up", "off", "--events", "5000", "--users", "100", "--reads", "50",
                "--peer", "rocksdb,faster,lmdb,sqlite", "--phases", "ingest,late,recovery"),
            Case("0 wrong answers", "vectors", "--events", "5000", "--users", "100", "--reads", "50"),
            Case("verified", "budget", "--mib", "1024", "--events", "50000", "--reads", "500"),
            Case("copies of 1,000 events: p50 us", "cliffs", "--only", "hot-user,retractions,random-times", "--percent", "1"),
            Case("0 wrong answers", "checkpoint", "--mib", "3", "--runs", "2", "--part-mib", "1"),
            Case("of the ceiling", "serving", "--users", "60", "--reads", "10", "--batches", "1"),
            Case("0 wrong answers", "kafka", "--events", "20000", "--rounds", "1", "--per-record", "16"),
            Case("0 wrong answers", "local-reads", "--events", "5000", "--reads", "1000", "--rounds", "1"),
            Case("of it work of its thread", "openings", "--stores", "20"),
            Case("0 differences to what was served in 200 rows", "training", "--requests", "200", "--rows", "8", "--width", "4"),
        ], atSmallSize: 3);

    private static IEnumerable<TestCaseData> MistakenPeers =>
        OfThisSize(
        [
            Words("compare", "--phases", "ingest"),
            Words("compare", "--phases", "late"),
            Words("compare", "--phases", "requests"),
            Words("compare", "--phases", "recovery"),
            Words("compare", "--workload", "churn", "--phases", "reads"),
            Words("cold"),
        ], atSmallSize: 1);

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("signals-bench-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(nameof(Commands))]
    public void Command_SmallSize_RunsAndFindsNothingWrong(string expected, params string[] words)
    {
        if (words[0] is "kafka" or "local-reads" && !TestBroker.IsAvailable(out string reason))
        {
            Assert.Ignore($"skipped: {reason}");
        }

        string[] folder = words[0] == "openings" ? [] : ["--path", _folder]; // its stores are in memory
        (int code, string output) = Run([.. words, .. folder]);
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain(expected));
        Assert.That(output, Does.Not.Contain("WRONG"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty, "folders of a measurement are deleted");
    }

    /// <summary>What says that nothing is wrong must be able to say otherwise.</summary>
    [TestCaseSource(nameof(MistakenPeers))]
    public void Command_PeerWithAWrongAnswer_FailsNamingIt(params string[] words)
    {
        if (words[0] == "cold" && !OperatingSystem.IsLinux())
        {
            Assert.Ignore("The page cache can be dropped on Linux alone.");
        }

        (int code, string output) = Run(
            [.. words, "--events", "5000", "--users", "50", "--reads", "20", "--peer", "mistaken", "--path", _folder]);
        Assert.That(code, Is.EqualTo(1), output);
        Assert.That(output, Does.Contain("WRONG ANSWER mistaken, user "));
        Assert.That(output, Does.Not.Contain("WRONG ANSWER Signals"));
    }

    [Test]
    public void Compare_PeerWithAWrongVector_FailsNamingIt()
    {
        (int code, string output) = Run(
        [
            "compare", "--phases", "enrich", "--events", "5000", "--users", "50", "--reads", "20",
            "--peer", "mistaken", "--path", _folder,
        ]);
        Assert.That(code, Is.EqualTo(1), output);
        Assert.That(output, Does.Match("WRONG ANSWER mistaken, user [0-9]+, vectors: "));
    }

    [Test]
    public void Compare_EveryPhase_ReportsEachWithItsUse()
    {
        JsonElement run = Compare()[0];
        string[] phases =
        [
            "ingest", "settled", "ingest_4", "synced", "mixed_ingest", "read_first", "read_zipf", "read_uniform", "read_one",
            "late", "enrich_readable", "enrich", "read_vectors", "requests", "requests_synced", "recovery",
        ];
        foreach (string phase in phases)
        {
            Assert.That(run.GetProperty(phase).GetDouble(), Is.Positive, phase);
            Assert.That(run.GetProperty(phase + "_cpu").GetDouble(), Is.Not.Negative, phase);
            Assert.That(run.GetProperty(phase + "_alloc").GetDouble(), Is.Not.Negative, phase);
            Assert.That(!OperatingSystem.IsLinux() || run.TryGetProperty(phase + "_anon", out _), phase);
        }
    }

    [Test]
    public void Compare_OptionsOfItsLine_ReachTheProcessesThatMeasure()
    {
        (int code, string output) = Run(
        [
            "compare", "--workload", "dense", "--events=5000", "--users", "100", "--reads", "50", "--peer", "none", "--phases", "ingest",
            "--path", _folder,
        ]);
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain("each process warmed up").And.Contain("   warmed up with 5,000 events"));
    }

    [Test]
    public void Compare_TwoRuns_ReportsBoth()
    {
        JsonElement runs = Compare("--runs", "2", "--phases", "ingest");
        Assert.That(runs.GetArrayLength(), Is.EqualTo(2));
        Assert.That(runs[1].GetProperty("ingest").GetDouble(), Is.Positive.And.Not.EqualTo(runs[0].GetProperty("ingest").GetDouble()));
    }

    [Test]
    public void Soak_TwoSeconds_DoesEveryJobAndWritesLinesAndAChart()
    {
        string json = Path.Combine(_folder, "soak.json");
        string chart = Path.Combine(_folder, "soak.svg");
        (int code, string output) = Run(
            ["soak", "--seconds", "2", "--users", "500", "--rate", "20000", "--json", json, "--chart", chart, "--path", _folder]);
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain("0 wrong answers; 1 imports, 1 erasures, 1 checkpoints, 1 compactions"));
        using JsonDocument lines = JsonDocument.Parse(File.ReadAllText(json));
        Assert.That(lines.RootElement.GetArrayLength(), Is.EqualTo(1));
        Assert.That(lines.RootElement[0].GetProperty("Figures").GetProperty("EventsPerSecond").GetDouble(), Is.Positive);
        Assert.That(XDocument.Load(chart).Descendants().Count(element => element.Name.LocalName == "polyline"), Is.EqualTo(8));
    }

    [Test]
    public void Cold_SmallSize_CountsWhatTheDeviceRead()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("The page cache can be dropped on Linux alone.");
        }

        (int code, string output) = Run(
            ["cold", "--events", "50000", "--users", "500", "--reads", "30", "--peer", "none", "--path", _folder]);
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain("KiB from the device a read").And.Contain("wrong answers so far 0"));
    }

    [Test]
    public void Capacity_WithPrices_PrintsInputsTableFormulaAndCost()
    {
        (int code, string output) = Run(["capacity", "--users", "1000000,1000000000", "--days", "7", "--price-machine", "0.5"]);
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Match(@"\| --days +\| days .*\| +7 \|").And.Contain("| machines "));
        Assert.That(output, Does.Match("1,000,000,000 users: [0-9,]+ x MACHINE \\+ [0-9,]+ x STORAGE"));
        Assert.That(output, Does.Contain("... for 10^6 users").And.Contain("without prices that are not given"));
    }

    [Test]
    public void Simulate_EightSilos_PrintsPlacementAndScenarios()
    {
        (int code, string output) = Run(["simulate", "--silos", "8", "--days", "2"]);
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain("owners moved by a join").And.Contain("rolling upgrade").And.Contain("many days of failures"));
    }

    [Test]
    public void Micro_List_NamesEveryComponent()
    {
        (int code, string output) = Run(["micro", "--list", "flat"]);
        Assert.That(code, Is.Zero, output);
        foreach (string component in (string[])["Ring", "Log", "MemTable", "Chunk", "Directory", "Filter", "Read"])
        {
            Assert.That(output, Does.Contain($"{component}Benchmarks."));
        }
    }

    [TestCase("'nosuch'", "compare", "--peer", "nosuch")]
    [TestCase("phase 'nosuch'", "compare", "--phases", "ingest,nosuch")]
    [TestCase("workload 'nosuch'", "compare", "--workload", "nosuch")]
    [TestCase("on or off", "compare", "--warm-up", "maybe")]
    [TestCase("not 'none'", "cold", "--reads", "none")]
    [TestCase("no cliff 'nosuch'", "cliffs", "--only", "nosuch")]
    [TestCase("--frobnicate", "soak", "--frobnicate", "1")]
    [TestCase("--share is a share", "capacity", "--share", "3")]
    [TestCase("--price-coffee", "capacity", "--price-coffee", "3")]
    [TestCase("'many'", "capacity", "--days", "many")]
    [TestCase("'0'", "simulate", "--silos", "0")]
    [TestCase("has 'nosuch' in its name", "simulate", "--only", "nosuch")]
    [TestCase("--cold is on or off", "checkpoint", "--cold", "very")]
    [TestCase("needs a value", "vectors", "--events")]
    [TestCase("compare [--workload", "nothing")]
    [TestCase("compare [--workload")]
    [TestCase("'compar' is no command. Did you mean 'compare'?", "compar")]
    [TestCase("--evnets is no option of this command. Did you mean '--events'? 'Signals.Bench compare --help' describes the command.",
        "compare", "--evnets", "1")]
    [TestCase("--events is given twice", "vectors", "--events", "1", "--events", "2")]
    [TestCase("'5' is one word too many", "vectors", "5")]
    public void Command_WrongOption_IsRefusedNamingIt(string expected, params string[] words)
    {
        (int code, string output) = Run(words);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(output, Does.Contain(expected));
    }

    [Test]
    public void Help_OfTheHarnessAndOfACommand_NamesCommandsAndOptionsWithTheirDefaults()
    {
        (int code, string commands) = Run(["--help"]);
        Assert.That(code, Is.Zero, commands);
        Assert.That(commands, Does.Contain("Compare Signals with other stores").And.Contain("simulate").And.Not.Contain("kafka-log"));
        (code, string options) = Run(["compare", "--help"]);
        Assert.That(code, Is.Zero, options);
        Assert.That(options, Does.Match(@"--warm-up <on\|off>").And.Match(@"--events <N> +How many events. \[default: 20000000\]"));
    }

    /// <summary>The runs of this library that a small comparison reports.</summary>
    private JsonElement Compare(params string[] words)
    {
        string json = Path.Combine(_folder, "compare.json");
        (int code, string output) = Run(
        [
            "compare", "--events", "20000", "--users", "300", "--reads", "200", "--peer", "none", .. words,
            "--json", json, "--path", _folder,
        ]);
        Assert.That(code, Is.Zero, output);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        Assert.That(report.RootElement.GetProperty("workload").GetString(), Is.EqualTo("random"));
        Assert.That(report.RootElement.GetProperty("warmUp").GetBoolean(), Is.False);
        return report.RootElement.GetProperty("runs").GetProperty("signals").Clone();
    }

    private static TestCaseData Case(string expected, params string[] words) =>
        new TestCaseData(expected, words).SetArgDisplayNames(string.Join(' ', words));

    private static TestCaseData Words(params string[] words) =>
        new TestCaseData((object)words).SetArgDisplayNames(string.Join(' ', words));

    // Each takes a second or several of a processor.
    private static IEnumerable<TestCaseData> OfThisSize(TestCaseData[] all, int atSmallSize) =>
        all.Take(TestScale.Factor < 1 ? atSmallSize : all.Length);

    private static (int Code, string Output) Run(string[] words)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Path.Combine(SourceFile.RepositoryRoot(), "Signals.Bench", "bin", configuration, "net10.0", "Signals.Bench.dll");
        if (!File.Exists(program))
        {
            Assert.Ignore($"'{program}' is not built.");
        }

        ProcessStartInfo start = new("dotnet", [program, .. words]);

        // It ends within seconds: compiling methods again by what was measured of them costs such a process more than it gains.
        start.Environment["DOTNET_TieredPGO"] = "0";
        (int code, string output, string errors) = WatchedProcess.Run(start);
        return (code, output + errors);
    }
}
