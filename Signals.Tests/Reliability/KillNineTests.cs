using System.Buffers.Binary;
using System.Diagnostics;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>A real process on the real disk is killed at random moments; what it said was acknowledged is there, without a hole.</summary>
[Category("Reliability")]
[Parallelizable(ParallelScope.All)]
internal sealed class KillNineTests
{
    private const int Kills = 150;
    private const int MostAcks = 400;
    private const int KillsPerFolder = 20;
    private const ulong BaseSeed = 0x9_1115;

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public void Kill_AtRandomMoments_LosesNothingAcknowledged(Durability durability)
    {
        Stopwatch time = Stopwatch.StartNew();
        SimRandom random = new(BaseSeed + (ulong)durability);
        int kills = TestScale.Of(Kills);
        int whileOpening = 0;
        long acked = 0;
        for (int kill = 0; kill < kills; kill += KillsPerFolder)
        {
            string path = Directory.CreateTempSubdirectory("signals-kill-").FullName;
            try
            {
                acked += KillInFolder(path, durability, Math.Min(KillsPerFolder, kills - kill), ref random, ref whileOpening);
            }
            finally
            {
                Directory.Delete(path, recursive: true);
            }
        }

        TestContext.Out.WriteLine(
            $"{durability}: {kills} kills ({whileOpening} while opening), {acked} entries acknowledged, 0 lost, "
                + $"{time.Elapsed.TotalSeconds:F1} s; base seed {BaseSeed}");
    }

    private static long KillInFolder(string path, Durability durability, int kills, ref SimRandom random, ref int whileOpening)
    {
        long acked = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            bool inOpen = random.Below(6) == 0;
            whileOpening += inOpen ? 1 : 0;
            acked = Math.Max(acked, RunAndKill(path, durability, random.Next(), inOpen ? 0 : 1 + random.Below(MostAcks)));

            // In the other cases the next child finds what this one left.
            if (random.Coin() || kill == kills - 1)
            {
                using SignalStore store = KillSchema.Open(path, durability);
                Assert.That(KillSchema.VerifyPrefix(store), Is.AtLeast(acked), $"kill {kill}: acknowledged entries are lost");
            }
        }

        return acked;
    }

    /// <summary>
    /// Kills a child after so many acknowledgements, or as it begins to open the store; returns the last one it spoke of.
    /// </summary>
    private static long RunAndKill(string path, Durability durability, ulong seed, int acks)
    {
        using WatchedProcess child = ChildProcess.Start(path, durability, seed);
        long last = 0;
        bool killed = false;
        byte[] number = new byte[sizeof(long)];
        Stream output = child.Output;
        while (output.ReadAtLeast(number, number.Length, throwOnEndOfStream: false) == number.Length)
        {
            long value = BinaryPrimitives.ReadInt64LittleEndian(number);
            last = Math.Max(last, value);
            acks -= value > 0 ? 1 : 0;
            if (!killed && acks <= 0)
            {
                killed = true;
                child.Kill();
            }
        }

        string errors = child.WaitForEnd().Errors;
        Assert.That(killed, Is.True, () => $"the child ended by itself: {errors}");
        return last;
    }
}
