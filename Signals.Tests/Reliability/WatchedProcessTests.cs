using System.Diagnostics;

namespace Signals.Tests.Reliability;

/// <summary>A program that hangs ends its test with its name and its words, and nothing of it is left.</summary>
[Category("Fast")]
[Platform("Linux")]
[Parallelizable(ParallelScope.All)]
internal sealed class WatchedProcessTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);

    [Test]
    public void Run_ProgramThatEnds_ReturnsCodeOutputAndErrors() =>
        Assert.That(WatchedProcess.Run("sh", "-c", "echo said; echo wrong >&2; exit 3"), Is.EqualTo((3, "said\n", "wrong\n")));

    /// <summary>More than a pipe holds, on both pipes, the second one first.</summary>
    [Test]
    public void Run_ProgramThatPrintsMuch_IsReadToItsEnd()
    {
        (int code, string output, string errors) =
            WatchedProcess.Run("sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' e >&2; head -c 1000000 /dev/zero | tr '\\0' o");
        Assert.That((code, output.Length, errors.Length), Is.EqualTo((0, 1_000_000, 1_000_000)));
    }

    [Test]
    public void Run_ProgramThatHangs_IsKilledWithItsChildrenAndFailsWithLineAndWords()
    {
        ProcessStartInfo hangs = new("sh", ["-c", "sleep 600 & echo child $!; echo oops >&2; wait"]);
        TimeoutException error = Assert.Throws<TimeoutException>(() => WatchedProcess.Run(hangs, Short))!;
        Assert.That(error.Message, Does.StartWith("sh -c sleep 600 & echo child $!"));
        Assert.That(error.Message, Does.Contain($"did not end in {Short}. It was killed."));
        Assert.That(error.Message, Does.Contain("Output:\nchild ").And.Contain("Errors:\noops\n"));
        int child = int.Parse(error.Message.Split("\nchild ")[1].Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(() => IsRunning(child), Is.False.After(5000, 10));
    }

    /// <summary>The test reads the output itself. It must not wait there for ever, either.</summary>
    [Test]
    public void Start_ProgramThatHangs_EndsItsOutputAndFailsAtItsEnd()
    {
        using WatchedProcess process = WatchedProcess.Start(
            new ProcessStartInfo("sh", ["-c", "printf x; echo oops >&2; sleep 600"]), Short);
        Assert.That(process.Output.ReadByte(), Is.EqualTo('x'));
        Assert.That(process.Output.ReadByte(), Is.EqualTo(-1));
        Assert.That(
            () => process.WaitForEnd(), Throws.TypeOf<TimeoutException>().With.Message.Contains("sleep 600").And.Message.Contains("oops"));
    }

    [Test]
    public void Start_KilledByTheTest_EndsWithoutAnError()
    {
        using WatchedProcess process = WatchedProcess.Start(new ProcessStartInfo("sleep", ["600"]));
        process.Kill();
        Assert.That(process.WaitForEnd(), Is.EqualTo((128 + 9, "", "")));
    }

    // A killed process that nobody waits for any more stays in the table as a zombie.
    private static bool IsRunning(int id)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
