using System.IO.Compression;
using System.Text;
using Signals.Samples.ConsoleHost;
using Spectre.Console;

namespace Signals.Tests.Samples.ConsoleHost;

/// <summary>A file that is read again under its name goes on where the store stands; another file under the name is refused.</summary>
[TestFixture]
public sealed class SourceInputTests
{
    private const string Options = "--user u --time t --time-format unix-s --type =e --field n:int32 --source feed --path";

    [TestCase("csv")]
    [TestCase("csv.gz")]
    public async Task RunAsync_FileThatGrows_TakesEachRowOnce(string extension)
    {
        using TemporaryFolder folder = new();
        for (int rows = 1; rows <= 900; rows += 300)
        {
            (ExitCode code, string output, string errors) = await RunAsync(folder, extension, Rows(0, rows));
            Assert.That(code, Is.EqualTo(ExitCode.Ok), errors);
            Assert.That(output, Does.Match($"accepted +{(rows == 1 ? 1 : 300)}\\b"));
        }

        (ExitCode again, _, string message) = await RunAsync(folder, extension, Rows(0, 601));
        Assert.That(again, Is.EqualTo(ExitCode.Ok), message);
        SourcePosition known = Known(folder);
        Assert.That((known.Position, known.Incarnation.PrefixBytes), Is.EqualTo(((long)Encoding.UTF8.GetByteCount(Rows(0, 601)), 4096)));
    }

    [Test]
    public async Task RunAsync_AnotherFileUnderTheName_IsRefusedUntilReset([Values(1, 50)] int before, [Values(1, 700)] int after)
    {
        using TemporaryFolder folder = new();
        await RunAsync(folder, "csv", Rows(0, before));
        SourcePosition known = Known(folder);
        (ExitCode code, _, string errors) = await RunAsync(folder, "csv", Rows(5000, after));
        Assert.That(code, Is.EqualTo(ExitCode.IngestFailed));
        Assert.That(errors, Does.Contain("Source 'feed'"));
        Assert.That(Known(folder), Is.EqualTo(known));
        (code, string output, errors) = await RunAsync(folder, "csv", Rows(5000, after), "--reset-source");
        Assert.That(code, Is.EqualTo(ExitCode.Ok), errors);
        Assert.That(output, Does.Match($"accepted +{after}\\b"));
        Assert.That(
            (Known(folder).Generation, Known(folder).Position), Is.EqualTo((1, (long)Encoding.UTF8.GetByteCount(Rows(5000, after)))));
    }

    [Test]
    public async Task RunAsync_FileThatIsShorter_IsRefused()
    {
        using TemporaryFolder folder = new();
        await RunAsync(folder, "csv", Rows(0, 50));
        (ExitCode code, _, string errors) = await RunAsync(folder, "csv", Rows(0, 40));
        Assert.That(code, Is.EqualTo(ExitCode.IngestFailed));
        Assert.That(errors, Does.Contain("it ends at"));
    }

    [Test]
    public async Task RunAsync_LastRowWithoutALineEnd_IsTakenOnceItIsWhole()
    {
        using TemporaryFolder folder = new();
        string whole = Rows(0, 3);
        (ExitCode code, string output, string errors) = await RunAsync(folder, "csv", whole[..^2]);
        Assert.That(code, Is.EqualTo(ExitCode.InputUnreadable));
        Assert.That(errors, Does.Contain("without an end of line").And.Contain($"byte {Encoding.UTF8.GetByteCount(Rows(0, 2))}"));
        Assert.That(output, Does.Match("accepted +2"));
        (code, output, errors) = await RunAsync(folder, "csv", whole);
        Assert.That(code, Is.EqualTo(ExitCode.Ok), errors);
        Assert.That(output, Does.Match("accepted +1"));
    }

    [TestCase("--source", "a")]
    [TestCase("--reset-source")]
    public async Task RunAsync_SourceWithoutAStoreToKeepItIn_Is2(params string[] options)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("e.csv", Encoding.UTF8.GetBytes(Rows(0, 1)));
        (ExitCode code, _, _) = await RunAsync(["--input", file, "--user", "u", "--time", "t", .. options]);
        Assert.That(code, Is.EqualTo(ExitCode.Usage));
    }

    private static string Rows(int first, int count)
    {
        StringBuilder text = new("\uFEFFu,t,n\n");
        for (int i = first; i < first + count; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"user {i % 7},{1_700_000_000 + i},{i}\n");
        }

        return text.ToString();
    }

    private static SourcePosition Known(TemporaryFolder folder)
    {
        using SignalStore store = SignalStore.Open(folder.Store, SignalStore.ReadSchema(folder.Store));
        return store.GetSource("feed")!.Value;
    }

    private static async Task<(ExitCode Code, string Output, string Errors)> RunAsync(
        TemporaryFolder folder, string extension, string text, params string[] more)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (extension.EndsWith("gz", StringComparison.Ordinal))
        {
            using MemoryStream packed = new();
            using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(bytes);
            }

            bytes = packed.ToArray();
        }

        string file = folder.Write($"feed.{extension}", bytes);
        return await RunAsync(["--input", file, .. Options.Split(' '), folder.Store, .. more]);
    }

    private static async Task<(ExitCode Code, string Output, string Errors)> RunAsync(string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 200;
        ExitCode code = await new HostApplication(console, errors, TimeProvider.System).RunAsync(arguments);
        return (code, output.ToString(), errors.ToString());
    }
}
