using System.IO.Hashing;
using Signals.Definitions;
using Signals.Kafka;
using Signals.Offline;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;

namespace Signals.Tests.Kafka;

/// <summary>
/// Stores that have read the same records to the same position answer alike, however the records were cut into batches, how often the run
/// was stopped, and when it was.
/// </summary>
[Category("Reliability")]
internal sealed class ReplicaTests
{
    private const int Users = 12;

    // Enough for erasures, imports and definitions among the events.
    private static readonly int Records = Math.Max(400, TestScale.Of(1500));
    private static readonly int RecordsPerRareKind = Records / 5;

    [TestCase(1UL)]
    [TestCase(2UL)]
    public async Task Replicas_OtherCutsAndInterruptions_AnswerByteForByteAlike(ulong seed)
    {
        using LogBench bench = new();
        await FillAsync(bench, seed);
        KafkaPartitionOptions options = bench.Options with
        {
            Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")),
            Segments = new FolderSegmentSource(bench.PathOf("shared")),
        };
        string whole = await AnswersAsync(bench, "whole", options, stops: 0, seed);
        string single = await AnswersAsync(bench, "single", options with { MaxBatchRecords = 1, MaxBatchEvents = 1 }, stops: 0, seed);
        string stopped = await AnswersAsync(bench, "stopped", options with { MaxBatchRecords = 7 }, stops: 6, seed);
        Assert.That(single, Is.EqualTo(whole), $"seed {seed}: one record at a time");
        Assert.That(stopped, Is.EqualTo(whole), $"seed {seed}: stopped and reopened");
    }

    /// <summary>
    /// Events of several users, out of order and some twice, with erasures, imports, definitions and bad records among them.
    /// </summary>
    private static async Task FillAsync(LogBench bench, ulong seed)
    {
        SimRandom random = new(seed);
        KafkaEventWriter writer = bench.Log.CreateWriter();
        for (int i = 0; i < Records; i++)
        {
            ulong user = 1 + (ulong)random.Below(Users);
            SingleEvent single = LogBench.View(user, random.Below(1200), random.Below(5000), page: $"p{random.Below(50)}");
            await (random.Below(4) == 0 ? writer.AddAsync(single) : new ValueTask(bench.Log.AppendAsync(single)));
            if (random.Below(RecordsPerRareKind) == 0)
            {
                await writer.FlushAsync();
                bench.Produce(PartitionHash.KeyOf(UserId.From(user)), "erase", time: At(2000 + random.Below(2000)));
            }
            else if (random.Below(RecordsPerRareKind) == 0)
            {
                await bench.Log.ImportAsync(0, WriteSegment(bench, i, user));
            }
            else if (random.Below(RecordsPerRareKind) == 0)
            {
                await bench.Log.DefineAsync(SequenceDefinition.Create("feed", version: i + 1)
                    .OwnedBy("ranking", LifecycleStage.Production).From("view", v => v.Last(i + 1)).Size(10).Columns("page").Build());
            }
            else if (random.Below(100) == 0)
            {
                bench.Produce([.. Enumerable.Repeat((byte)7, 1 + random.Below(30))]);
            }
        }

        await writer.FlushAsync();
    }

    private static async Task<string> AnswersAsync(
        LogBench bench, string name, KafkaPartitionOptions options, int stops, ulong seed)
    {
        SimRandom random = new(seed + 99);
        for (int stop = 0; stop < stops; stop++)
        {
            await using SignalStore store = bench.OpenStore(name);
            long from = store.GetResumePosition("kafka:events/0") ?? 0;
            await using RunningPartition running = LogBench.Run(store, options);
            long until = from + 20 + random.Below(200);
            await running.UntilAsync(partition => partition.Position >= until || partition.State == KafkaPartitionState.CaughtUp);
        }

        await using SignalStore last = bench.OpenStore(name);
        await LogBench.CatchUpAsync(last, options);
        return $"{last.GetResumePosition("kafka:events/0")} {string.Join(',', last.Definitions.All.Select(d => d.Version))} {Hash(last)}";
    }

    private static string Hash(SignalStore store)
    {
        XxHash128 hash = new();
        SequenceQuery query = store.Query("view").Last(1000).Build();
        int events = 0;
        for (ulong user = 1; user <= Users; user++)
        {
            using Sequence seen = store.Read(UserId.From(user), query);
            hash.Append(System.Runtime.InteropServices.MemoryMarshal.AsBytes(seen.Times));
            hash.Append(System.Runtime.InteropServices.MemoryMarshal.AsBytes(seen.Ids));
            hash.Append(System.Runtime.InteropServices.MemoryMarshal.AsBytes(seen.Field<int>("n")));
            for (int i = 0; i < seen.Count; i++)
            {
                hash.Append(seen.Bytes("page", i));
            }

            events += seen.Count;
        }

        Assert.That(events, Is.GreaterThan(300));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static DateTimeOffset At(int secondsAgo) => DateTimeOffset.FromUnixTimeMilliseconds(LogBench.TimeMs(secondsAgo));

    private static SegmentReference WriteSegment(LogBench bench, int number, ulong user)
    {
        string path = Path.Combine(Directory.CreateDirectory(bench.PathOf("shared")).FullName, $"{number}.seg");
        using (SegmentWriter writer = SegmentWriter.Create(
            path, LogBench.Schema["view"], new SegmentOptions { Generation = number + 1, Source = "test" }))
        {
            for (int i = 0; i < 20; i++)
            {
                writer.Insert(UserId.From(user), LogBench.TimeMs(10 * i), id: (ulong)(5000 + i)).Set("n", number).Set("page", "imported");
            }

            writer.Finish();
        }

        return SegmentReference.Of(path, $"{number}.seg");
    }
}
