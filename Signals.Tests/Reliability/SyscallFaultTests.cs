using System.Buffers.Binary;

namespace Signals.Tests.Reliability;

/// <summary>
/// The kernel fails a system call of a real process: the store stops with a typed error that names call and error, or goes on
/// where only a table was met; nothing acknowledged is lost, and it opens again.
/// </summary>
[Category("Reliability")]
internal sealed class SyscallFaultTests
{
    /// <summary>So many acknowledgements mean that the store went on, or that the fault was never reached.</summary>
    private const int MostAcks = 20_000;

    [TestCase(Durability.Synced, "fdatasync", "EIO", "20")]
    [TestCase(Durability.Synced, "fdatasync", "EIO", "20+")]
    [TestCase(Durability.Buffered, "fdatasync", "EIO", "5")]
    [TestCase(Durability.Buffered, "fsync", "EIO", "9+")]
    [TestCase(Durability.Buffered, "pwritev", "ENOSPC", "30+")]
    [TestCase(Durability.Synced, "pwritev", "EIO", "40")]
    [TestCase(Durability.Buffered, "pwrite64", "ENOSPC", "9+")]
    [TestCase(Durability.Synced, "rename", "EIO", "7")]
    public void Fault_OfASystemCall_StopsWithATypedErrorAndLosesNothing(Durability durability, string call, string error, string when)
    {
        RequireTracer();
        string path = Directory.CreateTempSubdirectory("signals-fault-").FullName;
        string trace = path + ".trace";
        try
        {
            using WatchedProcess child = ChildProcess.Start(
                path, durability, seed: 7, "strace", "-f", "--seccomp-bpf", "-o", trace,
                "-e", $"trace={call}", "-e", $"inject={call}:error={error}:when={when}");
            long acked = ReadAcks(child, out bool wentOn);
            (int code, _, string said) = child.WaitForEnd();
            if (wentOn)
            {
                // It was a table that the fault met, and that was written anew.
                Assert.That(File.ReadAllText(trace), Does.Contain("(INJECTED)"), $"the fault was not reached in {acked} acknowledgements");
                Assert.That(when, Does.Not.Contain("+"), "what fails for ever fails the log in the end");
            }
            else
            {
                Assert.That(code, Is.EqualTo(1), said);
                Assert.That(said, Does.Contain("FileOperationException").And.Contain(error).And.Contain("failed"));
            }

            using SignalStore store = KillSchema.Open(path, durability);
            Assert.That(KillSchema.VerifyPrefix(store), Is.AtLeast(acked));
            Assert.That(store.Verify().Problems, Is.Empty);
            TestContext.Out.WriteLine($"{durability}: {call} fails with {error} at {when}, {acked} entries acknowledged before, 0 lost");
        }
        finally
        {
            Directory.Delete(path, recursive: true);
            File.Delete(trace);
        }
    }

    private static long ReadAcks(WatchedProcess child, out bool wentOn)
    {
        wentOn = false;
        byte[] number = new byte[sizeof(long)];
        Stream output = child.Output;
        long last = 0;
        int count = 0;
        while (output.ReadAtLeast(number, number.Length, throwOnEndOfStream: false) == number.Length)
        {
            last = Math.Max(last, BinaryPrimitives.ReadInt64LittleEndian(number));
            if (++count == MostAcks)
            {
                wentOn = true;
                child.Kill(withChildren: true);
                break;
            }
        }

        return last;
    }

    internal static void RequireTracer()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("Faults of system calls are injected with strace, which is a tool of Linux.");
        }

        try
        {
            (int code, _, string said) =
                WatchedProcess.Run("strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync", "true");
            if (code != 0)
            {
                Assert.Ignore($"strace cannot trace here: {said}");
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("strace is not installed.");
        }
    }
}
