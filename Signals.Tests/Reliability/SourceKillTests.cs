using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// A process that carries frames from outside is killed at random moments and begins again, at the stored position or at the beginning:
/// after each kill the store holds the events before its position and no other, and in the end each event once.
/// </summary>
[Category("Reliability")]
[Parallelizable(ParallelScope.All)]
internal sealed class SourceKillTests
{
    private const int Kills = 8;
    private const int MostPieces = 40;
    private const ulong BaseSeed = 0x50_0c1e;

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public async Task Kill_WhileFramesCome_PositionAndEventsAgreeAndAReplayIsAppliedOnce(Durability durability)
    {
        SimRandom random = new(BaseSeed + (ulong)durability);
        string path = Directory.CreateTempSubdirectory("signals-kill-").FullName;
        try
        {
            int kills = TestScale.Of(Kills);
            HashSet<long> positions = [];
            for (int kill = 0; kill < kills; kill++)
            {
                RunAndKill(path, durability, random.Next(), pieces: random.Below(MostPieces));
                positions.Add(Check(path, durability, $"{durability}, base seed {BaseSeed}, kill {kill}"));
            }

            Assert.That(positions, Has.Count.GreaterThan(Math.Min(kills, Kills) / 4), "the position moves on over the kills");
            await FinishAsync(path, durability);
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>Returns the position.</summary>
    private static long Check(string path, Durability durability, string where)
    {
        using SignalStore store = KillSchema.Open(path, durability);
        long position = store.GetResumePosition(SourceChild.Source) ?? 0;
        Assert.That(
            Ids(store), Is.EqualTo(new SourceStream(store.Schema[KillSchema.EventType]).IdsBefore(position)),
            $"{where}, position {position}");
        return position;
    }

    private static async Task FinishAsync(string path, Durability durability)
    {
        using SignalStore store = KillSchema.Open(path, durability);
        SourceStream source = new(store.Schema[KillSchema.EventType]);
        for (int time = 0; time < 2; time++)
        {
            using PiecewiseStream stream = new(source.Bytes, BaseSeed, static () => { });
            FrameIngestResult result = await new FrameIngest(store, SourceChild.Source).RunAsync(stream, 0, CancellationToken.None);
            Assert.That(result.Position, Is.EqualTo(source.Bytes.Length));
            Assert.That(Ids(store), Is.EqualTo(source.IdsBefore(source.Bytes.Length)));
        }
    }

    private static ulong[] Ids(SignalStore store)
    {
        using SequenceBatch rows = store.ReadMany(KillSchema.AllUsers, store.Query(KillSchema.EventType).Build());
        ulong[] ids = rows.Ids.ToArray();
        Array.Sort(ids);
        return ids;
    }

    private static void RunAndKill(string path, Durability durability, ulong seed, int pieces)
    {
        using WatchedProcess child = ChildProcess.StartSource(path, durability, seed);
        Stream output = child.Output;
        while (pieces-- > 0 && output.ReadByte() >= 0)
        {
        }

        child.Kill();
        Assert.That(child.WaitForEnd().Errors, Is.Empty, "the child failed by itself");
    }
}
