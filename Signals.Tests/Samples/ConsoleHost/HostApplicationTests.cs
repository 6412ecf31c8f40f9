using System.IO.Compression;
using System.Text;
using Signals.Samples.ConsoleHost;
using Spectre.Console;

namespace Signals.Tests.Samples.ConsoleHost;

/// <summary>The program from its command line to its exit code, on real files.</summary>
[TestFixture]
public sealed class HostApplicationTests
{
    private const string Csv = "u,t,n,s\na,1700001000,1,x\na,1700001000,1,x\n,1700001001,2,y\nb,1700001002,,\"z\nz\"\nb,1700001001,4,\n";
    private const string CsvOptions =
        "--user u --time t --time-format unix-s --type =event --field n:int32 --field s:text --verify";

    [Test]
    public async Task RunAsync_Generated_VerifiesWithoutDifferences()
    {
        using TemporaryFolder folder = new();
        (ExitCode code, string output, string errors) = await RunAsync(
            "--events", "20000", "--users", "5", "--path", folder.Store, "--verify", "--window", "0.02");

        Assert.That(code, Is.EqualTo(ExitCode.Ok), output + errors);
        Assert.That(output, Does.Contain("verify, as ingested: 0 differences").And.Contain("verify, reopened: 0 differences"));
        Assert.That(output, Does.Contain("20,000 in"));
    }

    [TestCase("buffered")]
    [TestCase("synced")]
    [TestCase("inmemory")]
    public async Task RunAsync_Csv_VerifiesInEveryDurabilityMode(string durability)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("events.csv", Encoding.UTF8.GetBytes(Csv));
        (ExitCode code, string output, string errors) = await RunAsync(
            ["--input", file, .. CsvOptions.Split(' '), "--path", folder.Store, "--durability", durability, "--user-shown", "b"]);

        Assert.That(code, Is.EqualTo(ExitCode.Ok), output + errors);
        Assert.That(output, Does.Contain("no user: 'u' is empty (first: line 4)"));
        Assert.That(output, Does.Match(@"duplicates +1 merged"));
        Assert.That(output, Does.Match(@"late +1 behind"));
        Assert.That(output, Does.Contain("user b: newest 2 events, Complete"));
        Assert.That(output, Does.Contain("(2 users, 3 events, 1 duplicates in the model)"));
    }

    [Test]
    public async Task RunAsync_FarFutureEvent_LosesThatEventAlone()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("events.csv", Encoding.UTF8.GetBytes(Csv + "c,32503680000,5,future\nc,1700001003,6,now\n"));
        (ExitCode code, string output, string errors) = await RunAsync(
            ["--input", file, .. CsvOptions.Split(' '), "--path", folder.Store]);

        Assert.That(code, Is.EqualTo(ExitCode.Ok), output + errors);
        Assert.That(output, Does.Match(@"1 refused by the store: TimeOutOfRange"));
        Assert.That(output, Does.Contain("(3 users, 4 events, 1 duplicates in the model)"));
    }

    [Test]
    public async Task RunAsync_EmittedFrames_AreReadBack()
    {
        using TemporaryFolder folder = new();
        string frames = Path.Combine(folder.Path, "events.frames");
        (ExitCode emitted, _, string message) = await RunAsync("--events", "3000", "--emit", frames);
        Assert.That(emitted, Is.EqualTo(ExitCode.Ok), message);

        (ExitCode code, string output, string errors) = await RunAsync(
            "--input", frames, "--types", "view,click,purchase", "--field", "item:int32", "--field", "dwell_seconds:float32",
            "--field", "item_embedding:float16[8]", "--field", "country:text", "--verify", "--path", folder.Store);

        Assert.That(code, Is.EqualTo(ExitCode.Ok), output + errors);
        Assert.That(output, Does.Contain("3,000 in").And.Match(@"rejected +0"));
    }

    [Test]
    public async Task RunAsync_Help_PrintsIt()
    {
        (ExitCode code, string output, _) = await RunAsync("--help");
        Assert.That(code, Is.EqualTo(ExitCode.Ok));
        Assert.That(output, Does.Contain("Exit codes:").And.Contain("--user-shown <USER>").And.Contain("0 done   1 differences found"));
    }

    [Test]
    public async Task RunAsync_WrongOption_Is2() =>
        await ExpectAsync(ExitCode.Usage, "Did you mean '--events'?\n(--help lists the options)", "--evnets", "1");

    [Test]
    public async Task RunAsync_Version_PrintsItAlone()
    {
        (ExitCode code, string output, _) = await RunAsync("--version");
        Assert.That((code, output.Trim()), Is.EqualTo((ExitCode.Ok, "0.1.0")));
    }

    [Test]
    public async Task RunAsync_WrongColumn_Is2AndListsTheColumns()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("events.csv", Encoding.UTF8.GetBytes(Csv));
        await ExpectAsync(ExitCode.Usage, "no column 'who'; it has u, t, n, s", "--input", file, "--user", "who", "--time", "t");
    }

    [Test]
    public async Task RunAsync_VerifyOnAFilledFolder_Is2()
    {
        using TemporaryFolder folder = new();
        folder.Write("anything", [1]);
        await ExpectAsync(ExitCode.Usage, "must be empty", "--events", "10", "--verify", "--path", folder.Path);
    }

    [Test]
    public async Task RunAsync_MissingFile_Is3() =>
        await ExpectAsync(ExitCode.InputUnreadable, "does not exist", "--input", "no/such.csv", "--preset", "online-retail");

    [Test]
    public async Task RunAsync_FolderAsFile_Is3()
    {
        using TemporaryFolder folder = new();
        string path = Directory.CreateDirectory(Path.Combine(folder.Path, "x.csv")).FullName;
        await ExpectAsync(ExitCode.InputUnreadable, "x.csv", "--input", path, "--preset", "online-retail");
    }

    [TestCase("damaged")]
    [TestCase("cut off")]
    [TestCase("without its trailer")]
    public async Task RunAsync_BrokenGzip_Is3(string how)
    {
        using TemporaryFolder folder = new();
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(
                Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"u{i * 7919},{1_700_000_000 + i},1,x\n"))));
        }
        byte[] bytes = packed.ToArray();
        if (how == "damaged")
        {
            bytes.AsSpan(bytes.Length / 2, 64).Fill(0xFF);
        }
        int kept = how switch { "cut off" => bytes.Length / 2, "without its trailer" => bytes.Length - 8, _ => bytes.Length };
        string file = folder.Write("events.csv.gz", bytes[..kept]);
        await ExpectAsync(ExitCode.InputUnreadable, "events.csv.gz", "--input", file, "--user", "u0", "--time", "1700000000",
            "--time-format", "unix-s", "--path", folder.Store);
    }

    [TestCase("", 3)]
    [TestCase("1F", 3)]
    [TestCase("00", 3)]
    [TestCase("1F8C08", 3)]
    [TestCase("1F8B07000000000000FF", 3)]
    public async Task RunAsync_GzipOfTwoMembers_IsReadWholeOrNotAtAll(string between, int expected)
    {
        using TemporaryFolder folder = new();
        byte[] damage = Convert.FromHexString(between);
        byte[] first = Pack("u,t\na,1700000001\n");
        string file = folder.Write("events.csv.gz", [.. first, .. damage, .. Pack("b,1700000002\n")]);
        string[] line = ["--input", file, "--user", "u", "--time", "t", "--time-format", "unix-s", "--type", "=e", "--path", folder.Store];
        if (damage.Length == 0)
        {
            (ExitCode code, string output, string errors) = await RunAsync(line);
            Assert.That(code, Is.EqualTo(ExitCode.Ok), errors);
            Assert.That(output, Does.Match("accepted +2"));
            return;
        }

        await ExpectAsync((ExitCode)expected, $"byte {first.Length}", line);
    }

    [Test]
    public async Task RunAsync_NothingAccepted_Is7AndNamesTheOption()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("seconds.csv", "u,t\na,1700000001\na,1700000002\n"u8.ToArray());
        await ExpectAsync(
            ExitCode.NothingAccepted, "--time-format unix-s", "--input", file,
            "--user", "u", "--time", "t", "--time-format", "unix-ms", "--path", folder.Store);
        await ExpectAsync(
            ExitCode.NothingAccepted, "--time-format unix-s", "--input", file,
            "--user", "u", "--time", "t", "--emit", Path.Combine(folder.Path, "out.frames"));
        string empty = folder.Write("empty.csv", "u,t\n"u8.ToArray());
        await ExpectAsync(ExitCode.NothingAccepted, "no event", "--input", empty, "--user", "u", "--time", "t", "--path", folder.Store);
    }

    [Test]
    public async Task RunAsync_EmitToAFileThatExists_Is2AndLeavesIt()
    {
        using TemporaryFolder folder = new();
        byte[] csv = "u,t\na,2026-03-01\n"u8.ToArray();
        string file = folder.Write("events.csv", csv);
        await ExpectAsync(ExitCode.Usage, "exists", "--input", file, "--user", "u", "--time", "t", "--emit", file);
        Assert.That(await File.ReadAllBytesAsync(file), Is.EqualTo(csv));
    }

    [Test]
    public async Task RunAsync_FramesCutOff_Is3AndKeepsWhatCameBefore()
    {
        using TemporaryFolder folder = new();
        string frames = Path.Combine(folder.Path, "events.frames");
        await RunAsync("--events", "100", "--emit", frames);
        byte[] bytes = await File.ReadAllBytesAsync(frames);
        string cut = folder.Write("cut.frames", bytes[..^1]);
        await ExpectAsync(
            ExitCode.InputUnreadable, "the last frame is cut off",
            "--input", cut, "--types", "view,click,purchase", "--path", folder.Store);
    }

    [TestCase("HH:mm", "the year")]
    [TestCase("dd/MM HH:mm", "the year")]
    [TestCase("yyyy-mm-dd", "the month")]
    [TestCase("'dd' yyyy-MM", "the day")]
    [TestCase("ddd MM yyyy", "the day")]
    [TestCase("t", "no date")]
    [TestCase("dd/MM/yyyy hh:mm", "12 hours")]
    public async Task RunAsync_TimeFormatWithoutADate_Is2(string format, string message)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("events.csv", "u,t\na,08:26\n"u8.ToArray());
        await ExpectAsync(
            ExitCode.Usage, message, "--input", file, "--user", "u", "--time", "t", "--time-format", format, "--path", folder.Store);
    }

    [Test]
    public async Task RunAsync_UnclosedQuote_Is3AndNamesThePlace()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("events.csv", Encoding.UTF8.GetBytes(Csv + "c,1700001003,\"5,x\n"));
        await ExpectAsync(
            ExitCode.InputUnreadable, "line 8, column 3", ["--input", file, .. CsvOptions.Split(' '), "--path", folder.Store]);
    }

    [Test]
    public async Task RunAsync_StoreOpenElsewhere_Is4()
    {
        using TemporaryFolder folder = new();
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("item")));
        await using SignalStore holder = SignalStore.Open(folder.Store, schema);
        await ExpectAsync(ExitCode.StoreLocked, "open elsewhere", "--events", "10", "--path", folder.Store);
    }

    [Test]
    public async Task RunAsync_DamagedStore_Is5AndNamesTheFile()
    {
        using TemporaryFolder folder = new();
        (ExitCode first, _, string message) = await RunAsync("--events", "1000", "--path", folder.Store);
        Assert.That(first, Is.EqualTo(ExitCode.Ok), message);
        string table = Directory.GetFiles(folder.Store, "*.tbl")[0];
        byte[] bytes = await File.ReadAllBytesAsync(table);
        bytes[^20] ^= 0x40;
        await File.WriteAllBytesAsync(table, bytes);

        await ExpectAsync(ExitCode.StoreCorrupt, Path.GetFileName(table), "--events", "1000", "--path", folder.Store);
    }

    [Test]
    public async Task RunAsync_OtherSchemaInTheFolder_Is6AndNamesBothSides()
    {
        using TemporaryFolder folder = new();
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Text("item")));
        await SignalStore.Open(folder.Store, schema).DisposeAsync();
        await ExpectAsync(ExitCode.IngestFailed, "item", "--events", "10", "--path", folder.Store);
    }

    private static byte[] Pack(string text)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static async Task ExpectAsync(ExitCode expected, string message, params string[] arguments)
    {
        (ExitCode code, string output, string errors) = await RunAsync(arguments);
        Assert.That(code, Is.EqualTo(expected), output + errors);
        Assert.That(errors, Does.Contain(message).And.Not.Contain("   at "));
    }

    private static async Task<(ExitCode Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        StringWriter output = new();
        StringWriter errors = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 200;
        ExitCode code = await new HostApplication(console, errors, TimeProvider.System).RunAsync(arguments);
        return (code, output.ToString(), errors.ToString());
    }
}
