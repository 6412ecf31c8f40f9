using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// A source whose group n holds the events n.0, n.1, ... and the position n + 1. Wherever the store crashes, its position and its events
/// agree; the source goes on there, or anywhere before it, and the store ends up as if nothing had happened.
/// </summary>
[Category("Reliability")]
internal sealed class SourceCrashTests
{
    private const string Source = "stream-7";
    private const int Groups = 40;
    private const int EventsPerGroup = 5;
    private const int SeedsPerCut = 2;
    private static readonly SourceIncarnation Incarnation = SourceIncarnation.From("the stream of today");

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public void Crash_AtAnyOperation_PositionAndEventsAgreeAndAReplayCompletesThem(Durability durability)
    {
        SimRecording run = Record(durability);
        int moved = 0;
        for (int cut = 0; cut <= run.Operations.Count; cut++)
        {
            for (ulong seed = 0; seed < (ulong)TestScale.Of(SeedsPerCut); seed++)
            {
                SimDisk image = seed == 0 ? run.KillImage(cut) : run.CrashImage(cut, seed);
                moved += Check(image, durability, isWhole: true, $"{durability}, cut {cut}, seed {seed}");
            }
        }

        Assert.That(moved, Is.GreaterThan(run.Operations.Count / 2));
    }

    [Test]
    public void Kill_InMemory_NeverLeavesThePositionAheadOfTheEvents()
    {
        SimRecording run = Record(Durability.InMemory);
        int moved = 0;
        for (int cut = 0; cut <= run.Operations.Count; cut++)
        {
            moved += Check(run.KillImage(cut), Durability.InMemory, isWhole: false, $"cut {cut}");
        }

        Assert.That(moved, Is.GreaterThan(0));
    }

    private static SimRecording Record(Durability durability)
    {
        SimFileSystem files = new();
        files.LeaveLock(Path.Combine(CrashWorkload.Directory, "LOCK"));
        SignalStore store = Open(files, durability);
        try
        {
            Send(store, 0, Groups);
        }
        finally
        {
            store.Engine.Close(abandon: true);
        }

        return files.Recording();
    }

    /// <summary>Returns 1 when the crash came after the position had moved.</summary>
    private static int Check(SimDisk image, Durability durability, bool isWhole, string where)
    {
        SimFileSystem files = new(image);
        SignalStore store = Open(files, durability);
        try
        {
            long position = store.GetResumePosition(Source) ?? 0;
            ulong[] found = Ids(store);
            ulong[] promised = [.. Expected((int)position)];
            Assert.That(promised.Except(found), Is.Empty, $"{where}: the position is {position}");
            if (isWhole)
            {
                Assert.That(found, Is.EqualTo(promised), $"{where}: the position is {position}");
            }

            Assert.That(store.GetSource(Source)?.Incarnation ?? Incarnation, Is.EqualTo(Incarnation), where);

            // A source that knows no better may begin anywhere before.
            Send(store, (int)position / 2, Groups);
            Assert.That(Ids(store), Is.EqualTo(Expected(Groups)), $"{where}: after the replay");
            Assert.That(store.GetResumePosition(Source), Is.EqualTo(Groups), where);
            return position > 0 ? 1 : 0;
        }
        finally
        {
            store.Engine.Close(abandon: true);
        }
    }

    private static void Send(SignalStore store, int from, int to)
    {
        EventGroup group = store.CreateGroup(Source);
        group.Incarnation = Incarnation;
        for (int n = from; n < to; n++)
        {
            group.Clear();
            for (int i = 0; i < EventsPerGroup; i++)
            {
                ulong id = (ulong)((n * EventsPerGroup) + i);
                Add(group, id);
            }

            group.Position = n + 1;
            store.AppendGroup(group);
            store.Engine.RunPending();
            if (n % 24 == 20)
            {
                store.FlushAsync().GetAwaiter().GetResult();
            }
        }
    }

    // Wide enough for memtables to fill up in the middle of a group.
    private static void Add(EventGroup group, ulong id)
    {
        if (id % 2 == 0)
        {
            group["buy"].Add(UserOf(id), CrashWorkload.StartMs + (long)id, id)
                .SetVector<sbyte>("embedding", new sbyte[CrashSchema.Dimensions]);
        }
        else
        {
            group["tag"].Add(UserOf(id), CrashWorkload.StartMs + (long)id, id).SetBytes("blob", new byte[250]);
        }
    }

    private static IEnumerable<ulong> Expected(int groups) => Enumerable.Range(0, groups * EventsPerGroup).Select(id => (ulong)id);

    private static ulong[] Ids(SignalStore store)
    {
        SequenceQuery all = store.Query("buy", "tag").Last(Groups * EventsPerGroup * 2).Columns().Build();
        List<ulong> ids = [];
        for (ulong user = 0; user < CrashWorkload.Users; user++)
        {
            using Sequence sequence = store.Read(UserOf(user), all);
            ids.AddRange(sequence.Ids);
        }

        ids.Sort();
        return [.. ids];
    }

    private static UserId UserOf(ulong id) => CrashSchema.UserOf((int)(id % CrashWorkload.Users));

    private static SignalStore Open(SimFileSystem files, Durability durability) => SignalStore.Open(
        files, CrashWorkload.Directory, CrashSchema.Define(),
        CrashSchema.Options(durability), new SettableTime(CrashWorkload.StartMs + 1000));
}
