using Signals.Tests.Architecture;
using Signals.Tests.Reliability;
using Signals.Tool;

namespace Signals.Tests.Packaging;

/// <summary>
/// The tool as one native program says what the tool in the runtime says, word for word and byte for byte. Its build is kept apart from
/// that of the tests.
/// </summary>
[Category("Packaging")]
internal sealed class ToolAheadOfTimeTests
{
    private const long Noon = 1_767_268_800_000;

    private string _root = null!;
    private string _native = null!;

    private string Store => Path.Combine(_root, "store");

    [OneTimeSetUp]
    public async Task PublishAsync()
    {
        AheadOfTime.Require();
        _root = Directory.CreateTempSubdirectory("signals-native-").FullName;
        string published = Path.Combine(_root, "published");
        DotnetCli.Run(SourceFile.RepositoryRoot(),
        [
            "publish", "integrations/Signals.Tool", "-c", "Release", "-v", "q", "-warnaserror", "-p:AheadOfTime=true",
            "-p:RunAnalyzers=false", "--use-current-runtime", "--artifacts-path", Path.Combine(_root, "artifacts"), "-o", published,
            .. AheadOfTime.Linker,
        ]);
        _native = Path.Combine(published, "signals");
        await FillAsync();
    }

    [OneTimeTearDown]
    public void CleanUp()
    {
        if (_root is not null)
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    [TestCase("inspect STORE")]
    [TestCase("inspect STORE --json")]
    [TestCase("get STORE text:alice")]
    [TestCase("get STORE 7 --json")]
    [TestCase("verify STORE")]
    [TestCase("verify STORE --json")]
    [TestCase("stats STORE")]
    [TestCase("stats STORE --json")]
    [TestCase("users STORE")]
    [TestCase("schema STORE")]
    [TestCase("schema STORE --json")]
    [TestCase("export STORE --format csv")]
    [TestCase("export STORE --format jsonl")]
    [TestCase("export STORE --format frames")]
    [TestCase("--help")]
    [TestCase("export --help")]
    [TestCase("stats")]
    [TestCase("verify STORE/nothing")]
    public void Line_OfBothTools_SaysTheSame(string line)
    {
        string[] words = line.Replace("STORE", Store, StringComparison.Ordinal).Split(' ');
        (int code, string output, string errors) = RunNative(words);
        Assert.That(output + errors, Is.Not.Empty);
        Assert.That((code, output, errors), Is.EqualTo(RunManaged(words)));
    }

    /// <summary>Files are compared by what the other tool reads from them: some hold the time at which they were made.</summary>
    [TestCase("parquet")]
    [TestCase("arrow")]
    public void Export_IntoAFolder_IsImportedByTheOtherTool(string format)
    {
        string lake = Path.Combine(_root, "lake-" + format);
        string copy = Path.Combine(_root, "copy-" + format);
        RequireSuccess(RunNative("export", Store, "--format", format, "--types", "view", "--output", lake));
        RequireSuccess(RunManaged("export", Store, "--format", format, "--types", "view", "--output", lake + "-managed"));
        Assert.That(
            Directory.EnumerateFiles(lake, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(lake, path)),
            Is.EquivalentTo(Directory.EnumerateFiles(lake + "-managed", "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(lake + "-managed", path))));
        RequireSuccess(RunManaged("restore", Store, copy));
        RequireSuccess(RunManaged("import", copy, lake, "--format", format, "--type", "view"));
        RequireSuccess(RunNative("import", copy, lake + "-managed", "--format", format, "--type", "view"));
        string[] export = ["export", Store, "--format", "csv", "--types", "view"];
        Assert.That(RunNative([export[0], copy, .. export[2..]]).Output, Is.EqualTo(RunManaged(export).Output));
    }

    private async Task FillAsync()
    {
        StoreSchema schema = StoreSchema.Define(s => s
            .EventType("view", t => t
                .Field<long>("item").Field<float>("dwell").Field<byte>("surface").Text("country").Vector<float>("embedding", 4)
                .KeepLast(500))
            .EventType("order", t => t.Field<double>("total").Field<bool>("is_gift")));
        await using SignalStore store = SignalStore.Open(Store, schema, new StoreOptions { MaxPastTime = TimeSpan.MaxValue });
        for (int part = 0; part < 3; part++)
        {
            EventBatch views = store.CreateBatch("view");
            EventBatch orders = store.CreateBatch("order");
            for (int i = 0; i < 200; i++)
            {
                UserId user = i % 3 == 0 ? UserId.From("alice") : UserId.From((ulong)(i % 9));
                views.Add(user, Noon + (part * 1000) + i, (ulong)((part * 1000) + i))
                    .Set("item", 4711L * i).Set("dwell", i / 3f).Set("surface", (byte)(i % 5))
                    .Set("country", i % 2 == 0 ? "Österreich, \"AT\"" : "").SetVector<float>("embedding", [i, -i, 0.5f, float.Epsilon]);
                orders.Add(user, Noon + (part * 1000) + i, (ulong)i + 1).Set("total", 0.1 * i).Set("is_gift", i % 2 == 0);
            }

            await store.AppendAsync(views);
            await store.AppendAsync(orders);
            if (part < 2)
            {
                await store.FlushAsync();
            }
        }
    }

    private (int Code, string Output, string Errors) RunNative(params string[] words) => WatchedProcess.Run(_native, words);

    private static (int Code, string Output, string Errors) RunManaged(params string[] words) =>
        WatchedProcess.Run("dotnet", ["exec", typeof(ToolApplication).Assembly.Location, .. words]);

    private static void RequireSuccess((int Code, string Output, string Errors) run) =>
        Assert.That(run.Code, Is.Zero, run.Output + run.Errors);
}
