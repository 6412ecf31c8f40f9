using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using Signals.Tests.Architecture;

namespace Signals.Tests.Bench;

/// <summary>
/// Each command of the benchmark harness runs at a small size, checks its answers and finds none
/// wrong; wrong options are refused.
/// </summary>
internal sealed class BenchCommandTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("signals-bench-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(", wrong: 0", "compare", "--events", "20000", "--users", "300", "--reads", "200", "--peer", "none")]
    [TestCase(
        ", wrong: 0", "compare", "--events", "20000", "--users", "300",
        "--reads", "200", "--peer", "rocksdb,lmdb,sqlite", "--phases", "ingest")]
    [TestCase("0 wrong answers", "vectors", "--events", "20000", "--users", "300", "--reads", "200")]
    [TestCase("0 wrong answers", "histories", "--users", "1")]
    [TestCase("verified", "budget", "--mib", "1024", "--events", "50000", "--reads", "500")]
    [TestCase("copies of 1,000 events: p50 us", "cliffs", "--only", "hot-user,retractions,random-times", "--percent", "1")]
    [TestCase("of the ceiling", "serving", "--users", "300", "--reads", "50", "--batches", "2")]
    public void Command_SmallSize_RunsAndFindsNothingWrong(string expected, params string[] words)
    {
        (int code, string output) = Run([.. words, "--path", _folder]);
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain(expected));
        Assert.That(output, Does.Not.Contain("WRONG"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty, "folders of a measurement are deleted");
    }

    /// <summary>What says that nothing is wrong must be able to say otherwise.</summary>
    [TestCase("compare", "--phases", "ingest")]
    [TestCase("cold")]
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
    [TestCase("not 'none'", "cold", "--reads", "none")]
    [TestCase("no cliff 'nosuch'", "cliffs", "--only", "nosuch")]
    [TestCase("--frobnicate", "soak", "--frobnicate", "1")]
    [TestCase("needs a value", "vectors", "--events")]
    [TestCase("compare [--events", "nothing")]
    public void Command_WrongOption_IsRefusedNamingIt(string expected, params string[] words)
    {
        (int code, string output) = Run(words);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(output, Does.Contain(expected));
    }

    private static (int Code, string Output) Run(string[] words)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Path.Combine(SourceFile.RepositoryRoot(), "Signals.Bench", "bin", configuration, "net10.0", "Signals.Bench.dll");
        if (!File.Exists(program))
        {
            Assert.Ignore($"'{program}' is not built.");
        }

        ProcessStartInfo start = new("dotnet", [program, .. words]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}
