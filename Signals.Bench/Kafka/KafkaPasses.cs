using System.Buffers;
using System.Diagnostics;
using Confluent.Kafka;
using Signals.Bench.Compare;
using Signals.Kafka;
using Signals.Kafka.Consuming;
using Signals.Kafka.Records;

namespace Signals.Bench.Kafka;

/// <summary>The passes over one workload, each of which gives events a second. One thread. Each store is new, with defaults.</summary>
internal sealed class KafkaPasses(KafkaWorkload workload, KafkaLogProcess log, string path)
{
    private const int DecodedEvents = 200_000;
    private const int DecodedGroup = 8_192;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan TakeWait = TimeSpan.FromMilliseconds(100);

    private readonly KafkaPartitionOptions _options = new()
    {
        BootstrapServers = log.BootstrapServers,
        Incarnation = SourceIncarnation.From("bench"),
    };

    private int Events => workload.Log.Count;

    /// <summary>
    /// Appends the events from arrays, as a program does that has them in memory: from the first event until the last acknowledgement.
    /// </summary>
    /// <param name="batchEvents">How many events are appended together.</param>
    public double Direct(int batchEvents)
    {
        double rate = 0;
        BenchFolder.Use(path, folder =>
        {
            using SignalStore store = SignalStore.Open(folder, workload.Schema);
            GroupFiller filler = new(workload, store.CreateGroup("bench"));
            AppendTicket last = default;
            long start = Stopwatch.GetTimestamp();
            for (int at = 0; at < Events; at += batchEvents)
            {
                last = store.AppendGroup(filler.Fill(at, Math.Min(batchEvents, Events - at)));
            }

            store.WaitAsync(last).AsTask().GetAwaiter().GetResult();
            rate = Events / Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        return rate;
    }

    /// <summary>
    /// Follows the log with a store: from the first record that is decoded until the store has acknowledged the last one.
    /// </summary>
    public KafkaPass Follow(int perRecord)
    {
        KafkaPass pass = default;
        BenchFolder.Use(path, folder =>
        {
            using SignalStore store = SignalStore.Open(folder, workload.Schema);
            FirstRecordClock clock = new();
            using KafkaPartition partition = new(
                store, KafkaLogCommand.TopicOf(perRecord), 0, _options with { Decoder = () => clock });
            using CancellationTokenSource stop = new(Patience);
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            TimeSpan here = Process.GetCurrentProcess().TotalProcessorTime;
            TimeSpan there = log.ProcessorTime;
            Task run = partition.RunAsync(stop.Token);
            WaitFor(partition, run, (Events + perRecord - 1) / perRecord);
            double seconds = Stopwatch.GetElapsedTime(clock.FirstAt).TotalSeconds;
            pass = new KafkaPass(
                Events / seconds,
                (Process.GetCurrentProcess().TotalProcessorTime - here).TotalNanoseconds / Events,
                (log.ProcessorTime - there).TotalNanoseconds / Events,
                (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / Events);
            RequireAll(store);
            stop.Cancel();
            run.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(); // it was cancelled
        });
        return pass;
    }

    private static void RequireProgress(long last, long taken, long end)
    {
        if (Stopwatch.GetElapsedTime(last) > Patience)
        {
            throw new TimeoutException($"The broker gave no record for {Patience}, after {taken} of {end}.");
        }
    }

    /// <summary>Takes the records with the same client and settings and drops them: from the first record to the last.</summary>
    public double Consume(int perRecord)
    {
        RecordArena arena = new();
        using PartitionConsumer consumer = new(_options, new TopicPartition(KafkaLogCommand.TopicOf(perRecord), 0), arena);
        consumer.Assign(0);
        long end = (Events + perRecord - 1) / perRecord;
        long start = 0;
        long last = Stopwatch.GetTimestamp();
        for (long taken = 0; taken < end;)
        {
            if (consumer.Take(TakeWait) is not { IsPartitionEOF: false })
            {
                RequireProgress(last, taken, end);
                continue;
            }

            last = Stopwatch.GetTimestamp();

            start = start == 0 ? Stopwatch.GetTimestamp() : start;
            if (++taken % DecodedGroup == 0)
            {
                arena.Clear();
            }
        }

        return Events / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Decodes records that are in memory already, and appends nothing.</summary>
    public double Decode(int perRecord)
    {
        ArrayBufferWriter<byte> bytes = new();
        List<int> ends = [];
        int events = Math.Min(Events, DecodedEvents);
        for (int i = 0; i < events; i++)
        {
            bytes.Write(workload.Frame(i));
            if ((i + 1) % perRecord == 0)
            {
                ends.Add(bytes.WrittenCount);
            }
        }

        EventGroup group = new(workload.Schema, "bench");
        RecordRows rows = new(group, _options.MaxFutureTime, _options.MaxPastTime);
        FrameRecordDecoder decoder = new();
        long timeMs = workload.RecordTimeMs;
        int decoded = 0;
        long start = Stopwatch.GetTimestamp();
        while (decoded < Events)
        {
            int from = 0;
            foreach (int end in ends)
            {
                rows.Begin(timeMs);
                if (!decoder.TryDecode(new LogRecord([], bytes.WrittenSpan[from..end], 0, timeMs), rows, out string reason))
                {
                    throw new InvalidOperationException($"A frame of this program was refused: {reason}.");
                }

                decoded += rows.Count;
                from = end;
                if (group.Count >= DecodedGroup)
                {
                    group.Clear();
                }
            }
        }

        return decoded / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void WaitFor(KafkaPartition partition, Task run, long end)
    {
        using ManualResetEventSlim never = new();
        long start = Stopwatch.GetTimestamp();
        while (partition.Position < end)
        {
            if (run.IsCompleted || Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new InvalidOperationException($"The partition stopped at {partition.Position} of {end}.", partition.LastError);
            }

            never.Wait(Poll);
        }
    }

    private void RequireAll(SignalStore store)
    {
        long applied = store.GetStats().EventsApplied;
        if (applied != Events)
        {
            throw new InvalidOperationException($"WRONG: the store applied {applied:N0} of {Events:N0} events.");
        }
    }
}
