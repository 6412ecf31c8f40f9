using Signals.Offline;
using Signals.Tests.Reliability;

namespace Signals.Tests.Storage.Engine.Importing;

/// <summary>Segments are imported while everything else runs: nobody sees half of one, nobody waits for one, nothing is lost.</summary>
[NonParallelizable]
internal sealed class ConcurrentImportTests
{
    private const int Users = 40;
    private const int Segments = 12;
    private const int HoursPerSegment = 50;

    private string _path = null!;

    [SetUp]
    public void SetUp() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_path, recursive: true);

    /// <summary>
    /// Segment s inserts the hours from s * 50 on for all users, the stream appends odd hours, of which each segment retracts one; so a
    /// reader can tell from one answer how many whole segments are in it.
    /// </summary>
    [Test]
    public async Task Import_WhileEverythingRuns_IsSeenWholeAndNeverLost()
    {
        StoreOptions options = new() { MemTableBytes = 1 << 20, MaxBatchBytes = 64 << 10, LogBytes = 4 << 20, RingBytes = 1 << 20 };
        await using SignalStore store = SignalStore.Open(Path.Combine(_path, "store"), Schema(), options);
        int imported = 0;
        int stop = 0;
        Task<int> reader = Task.Run(() => ReadUntil(store, () => Volatile.Read(ref stop) != 0, () => Volatile.Read(ref imported)));
        Task<int> appender = Task.Run(() => AppendUntilAsync(store, () => Volatile.Read(ref stop) != 0));
        for (int segment = 0; segment < Segments; segment++)
        {
            string file = Write(segment);
            ImportResult result = await store.ImportAsync(file, new ImportOptions { Move = segment % 2 == 0 });
            Assert.That(result.Events, Is.EqualTo(Users * (HoursPerSegment + 1)));
            Volatile.Write(ref imported, segment + 1);
            if (segment % 4 == 3)
            {
                await store.CompactAsync();
            }
        }

        Volatile.Write(ref stop, 1);
        int reads = await reader;
        int rounds = await appender;
        await store.WaitUntilVisibleAsync();
        TestContext.Out.WriteLine($"{reads} reads, {rounds} appended rounds, {store.GetStats().Compactions} compactions");
        for (int user = 0; user < Users; user++)
        {
            AssertAnswer(store, user, atLeast: Segments, atMost: Segments);
        }
    }

    private static int ReadUntil(SignalStore store, Func<bool> stop, Func<int> imported)
    {
        int reads = 0;
        for (; !stop() || reads < Users; reads++)
        {
            AssertAnswer(store, reads % Users, imported(), Segments);
        }

        return reads;
    }

    private static void AssertAnswer(SignalStore store, int user, int atLeast, int atMost)
    {
        using Sequence sequence = store.Read(UserId.From((ulong)user + 1), store.Query("e").Columns("n").Build());
        HashSet<(int Hour, ulong Id)> seen = [];
        for (int i = 0; i < sequence.Count; i++)
        {
            int hour = HourOf(sequence.Times[i]);
            Assert.That(seen.Add((hour, sequence.Ids[i])), $"hour {hour} twice");
            Assert.That(sequence.Field<int>("n")[i], Is.EqualTo(hour));
            Assert.That(i == 0 || sequence.Times[i - 1] >= sequence.Times[i], "newest first");
        }

        int whole = Enumerable.Range(0, Segments).Count(s => seen.Contains((s * HoursPerSegment, 1)));
        Assert.That(whole, Is.InRange(atLeast, atMost));
        for (int segment = 0; segment < whole; segment++)
        {
            int hours = Enumerable.Range(segment * HoursPerSegment, HoursPerSegment).Count(hour => seen.Contains((hour, 1)));
            Assert.That(hours, Is.EqualTo(HoursPerSegment), $"segment {segment} is there in part");
            Assert.That(seen, Does.Not.Contain((segment * HoursPerSegment + 1, 2UL)), $"what segment {segment} retracts is there");
        }
    }

    // Every round streams the whole history again, as a source that starts over does.
    private static async Task<int> AppendUntilAsync(SignalStore store, Func<bool> stop)
    {
        EventBatch batch = store.CreateBatch("e");
        int rounds = 0;
        for (; !stop() || rounds < 2; rounds++)
        {
            batch.Clear();
            int user = rounds % Users;
            for (int hour = 1; hour < Segments * HoursPerSegment; hour += 2)
            {
                batch.Add(UserId.From((ulong)user + 1), TimeOf(hour), 2).Set("n", hour);
            }

            await store.AppendAsync(batch);
        }

        return rounds;
    }

    private string Write(int segment)
    {
        string path = Path.Combine(_path, $"{segment}.seg");
        using SegmentWriter writer = SegmentWriter.Create(path, Schema()["e"], new SegmentOptions { Generation = segment + 1 });
        for (int user = 0; user < Users; user++)
        {
            for (int hour = segment * HoursPerSegment; hour < (segment + 1) * HoursPerSegment; hour++)
            {
                writer.Insert(UserId.From((ulong)user + 1), TimeOf(hour), 1).Set("n", hour);
            }

            writer.Retract(UserId.From((ulong)user + 1), TimeOf(segment * HoursPerSegment + 1), 2);
        }

        writer.Finish();
        return path;
    }

    [Test]
    [Platform("Linux")]
    public async Task Import_LinkPipeDeviceOrFolder_IsRefusedAndARealFileIsNot()
    {
        await using SignalStore store = SignalStore.Open(Path.Combine(_path, "store"), Schema());
        string file = Write(0);
        string link = Path.Combine(_path, "link.seg");
        File.CreateSymbolicLink(link, file);
        string pipe = Path.Combine(_path, "pipe.seg");
        WatchedProcess.Run("mkfifo", pipe);
        foreach (string path in (string[])[link, pipe, "/dev/zero", _path])
        {
            foreach (bool move in (bool[])[false, true])
            {
                Assert.That(
                    () => store.ImportAsync(path, new ImportOptions { Move = move }), Throws.InstanceOf<FileOperationException>(),
                    path);
                Assert.That(Path.Exists(path), path);
            }
        }

        Assert.That(Directory.GetFiles(Path.Combine(_path, "store", "staging")), Is.Empty);
        ImportResult result = await store.ImportAsync(file, new ImportOptions { Move = true });
        Assert.That((result.SourceRemoved, File.Exists(file)), Is.EqualTo((true, false)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(
                File.GetUnixFileMode(Path.Combine(_path, "store", "staging")),
                Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        }
    }

    private static long TimeOf(int hour) => TestStores.Start - hour * 3_600_000L;

    private static int HourOf(long time) => (int)((TestStores.Start - time) / 3_600_000L);

    private static StoreSchema Schema() =>
        StoreSchema.Define(schema => schema.EventType("e", type => type.Field<int>("n").Window(TimeSpan.FromDays(3))));
}
