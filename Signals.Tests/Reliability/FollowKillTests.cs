using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Signals.Tests.Reliability;

/// <summary>
/// A process of its own appends, flushes, compacts and goes from log to log at full speed, and is killed, while this one looks into its
/// folder all the time.
/// </summary>
[Category("Reliability")]
internal sealed class FollowKillTests
{
    private const ulong BaseSeed = 0xF0110;
    private const int Kills = 14;
    private const int AcksPerKill = 1000;

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public void Refresh_BesideAProcessUntilItIsKilled_ShowsWholePrefixesWithEverythingAcknowledged(Durability durability)
    {
        string path = Directory.CreateTempSubdirectory("signals-follow-").FullName;
        Stopwatch time = Stopwatch.StartNew();
        try
        {
            FollowTally tally = new();
            for (int kill = 0; kill < TestScale.Of(Kills); kill++)
            {
                FollowAndKill(path, durability, BaseSeed + (ulong)kill, tally);
            }

            TestContext.Out.WriteLine(
                $"{durability}: {TestScale.Of(Kills)} kills, {tally.Refreshes} refreshes, {tally.Shown} entries, "
                    + $"{tally.Tables} tables came and went, {time.Elapsed.TotalSeconds:F1} s; base seed {BaseSeed}");
            Assert.That(tally.Refreshes, Is.GreaterThan(TestScale.Of(Kills)));
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static void FollowAndKill(string path, Durability durability, ulong seed, FollowTally tally)
    {
        using WatchedProcess child = ChildProcess.Start(path, durability, seed);
        Stream output = child.Output;
        long acked = 0;
        using ManualResetEventSlim isOpen = new();
        Thread listener = new(() =>
        {
            byte[] number = new byte[sizeof(long)];
            while (output.ReadAtLeast(number, number.Length, throwOnEndOfStream: false) == number.Length)
            {
                long value = BinaryPrimitives.ReadInt64LittleEndian(number);
                Volatile.Write(ref acked, Math.Max(acked, value));
                if (value == KillChild.Opened)
                {
                    isOpen.Set();
                }
            }

            isOpen.Set();
        });
        listener.Start();
        isOpen.Wait();
        using ReadOnlyStore store = SignalStore.OpenReadOnly(path);
        long end = Volatile.Read(ref acked) + AcksPerKill;
        HashSet<ulong> tables = [];
        while (Volatile.Read(ref acked) < end && !child.HasExited)
        {
            Follow(store, Volatile.Read(ref acked), tally);
            tables.UnionWith(store.GetTables().Select(table => table.Number));
        }

        if (OperatingSystem.IsLinux())
        {
            Assert.That(SignalStore.FindWriter(path), Does.StartWith($"process {child.Id} ").And.EndWith(Environment.MachineName));
        }

        child.Kill();
        child.WaitForEnd();
        listener.Join();
        tally.Tables += tables.Count;
        LookAtWhatIsLeft(path, store, acked, tally);
    }

    private static void Follow(ReadOnlyStore store, long acked, FollowTally tally)
    {
        store.Refresh();
        long shown = KillSchema.VerifyPrefix(store);
        tally.Refreshes++;
        Assert.That(shown, Is.AtLeast(acked), "what was acknowledged before the refresh began is missing");
        Assert.That(shown, Is.AtLeast(tally.Shown), "an older state came after a newer one");
        tally.Shown = shown;
    }

    // Nobody changes the folder now, so the reader must not, either. What it shows is what the next opening recovers.
    private static void LookAtWhatIsLeft(string path, ReadOnlyStore store, long acked, FollowTally tally)
    {
        string before = Fingerprint(path);
        Follow(store, acked, tally);
        using (ReadOnlyStore again = SignalStore.OpenReadOnly(path))
        {
            Assert.That(KillSchema.VerifyPrefix(again), Is.EqualTo(tally.Shown));
            Assert.That(again.VerifyAsync().GetAwaiter().GetResult().Problems, Is.Empty);
            Assert.That(SignalStore.FindWriter(path), Is.Null);
        }

        Assert.That(Fingerprint(path), Is.EqualTo(before), "a reader changed the folder");
    }

    private static string Fingerprint(string path) => string.Join('\n', Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))} {File.GetLastWriteTimeUtc(file):O}"));
}
