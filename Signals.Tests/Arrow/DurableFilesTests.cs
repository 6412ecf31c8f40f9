using System.Diagnostics;
using Signals.Tests.Parquet;
using Signals.Tests.Reliability;

namespace Signals.Tests.Arrow;

/// <summary>What is written as Arrow files is durable, with its names, or the caller hears of it. strace watches the calls.</summary>
[Category("Reliability")]
internal sealed class DurableFilesTests
{
    // "/" is the folder in which the file or the set appears.
    [TestCase(SyncChild.Events, ".tmp,named,/")]
    [TestCase(SyncChild.Set, ".arrow,report.json,.part/DEFINITION,.part,named,/")]
    public async Task Write_Undisturbed_SyncsBytesBeforeTheNameAndThenTheFolder(string what, string expected)
    {
        SyscallFaultTests.RequireTracer();
        using LakeFolder folder = new();
        (int code, string said, string trace) = await RunAsync(what, folder, inject: null, only: null);
        Assert.That(code, Is.Zero, said);
        string[] calls = [.. trace.Split('\n').Where(line => line.Contains(folder.Path, StringComparison.Ordinal)).Select(CallOf)];
        Assert.That(string.Join(',', calls), Is.EqualTo(expected), trace);

        string CallOf(string line)
        {
            if (!line.Contains("fsync(", StringComparison.Ordinal))
            {
                return "named";
            }

            string path = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
            string inside = path == folder.Path ? "/" : Path.GetFileName(path);
            return inside.StartsWith("feed.v1.", StringComparison.Ordinal) ? ".part/DEFINITION"
                : inside.Contains('.', StringComparison.Ordinal) && inside != "report.json" ? Path.GetExtension(inside) : inside;
        }
    }

    [TestCase(SyncChild.Events, 1, null, 0)]
    [TestCase(SyncChild.Events, 2, null, 0)]
    [TestCase(SyncChild.Set, 1, null, 0)]
    [TestCase(SyncChild.Set, 1, "made.part/report.json", 0)]
    [TestCase(SyncChild.Set, 1, "made.part", 0)]
    [TestCase(SyncChild.Set, 1, ".", 1)]
    public async Task Write_TheDiskRefusesASync_ThrowsAndLeavesNothingThatIsNotWhole(string what, int call, string? only, int left)
    {
        SyscallFaultTests.RequireTracer();
        using LakeFolder folder = new();
        (int code, string said, string trace) = await RunAsync(what, folder, $"fsync:error=EIO:when={call}", only);
        Assert.That(trace, Does.Contain("(INJECTED)"));
        Assert.That(code, Is.EqualTo(1), said);
        Assert.That(said, Does.Contain("cannot be synced").And.Contain("Input/output error"));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Has.Length.EqualTo(left));
    }

    private static async Task<(int Code, string Said, string Trace)> RunAsync(
        string what, LakeFolder folder, string? inject, string? only)
    {
        string trace = Path.GetTempFileName();
        try
        {
            ProcessStartInfo program = ChildProcess.StartOf(SyncChild.Word, what, folder["made"]);
            string[] words =
            [
                "-f", "-y", "--seccomp-bpf", "-o", trace, "-e", "trace=fsync,link,linkat,rename,renameat,renameat2",
                .. inject is null ? [] : (string[])["-e", "inject=" + inject],
                .. only is null ? [] : (string[])["-P", Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder[only]))],
                program.FileName, .. program.ArgumentList,
            ];
            (int code, _, string said) = await WatchedProcess.RunAsync(new ProcessStartInfo("strace", words));
            return (code, said, await File.ReadAllTextAsync(trace));
        }
        finally
        {
            File.Delete(trace);
        }
    }
}
