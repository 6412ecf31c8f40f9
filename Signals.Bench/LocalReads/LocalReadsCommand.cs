using System.CommandLine;
using System.Diagnostics;
using Signals.Bench.Compare;
using Signals.Bench.Kafka;
using Signals.Bench.Micro;
using Signals.Bench.Workloads;
using Signals.Orleans;
using Signals.Serving;

namespace Signals.Bench.LocalReads;

/// <summary>
/// Measures what a read through a cluster costs more than a read of the same store, when the replica is in the process of the caller.
/// The two kinds of read take turns in short strides over the same users; a difference compares neighbouring strides.
/// </summary>
internal sealed class LocalReadsCommand(int events, int reads, int rounds, string path)
{
    private const string EventType = "view";
    private const int Rows = 100;

    // So short that what disturbs the machine meets few strides or both of a pair, and called so often that the loops are soon compiled
    // to the end, as those of a program are.
    private const int Stride = 500;

    // Until everything that a read calls is compiled to the end, which happens in the background and waits until nothing new is called.
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(3);

    private static readonly string[] Columns = ["surface", "action", "dwell"];

    private long _sink;
    private long _wrong;

    private delegate void ReadAll(ReadOnlySpan<ulong> users);

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("local-reads", "Measure what a read through a cluster costs more than a read of the same store.");
        Option<int> events = command.Number("--events", 1_000_000, "How many events.");
        Option<int> reads = command.Number("--reads", 100_000, "The reads of either kind in a round.");
        Option<int> rounds = command.Number("--rounds", 15, "How many rounds.");
        Option<string> path = command.Folder();
        return command.Does(line => new LocalReadsCommand(
            line.GetValue(events), line.GetValue(reads), line.GetValue(rounds), line.GetRequiredValue(path)).Run());
    }

    public int Run()
    {
        WorkloadOptions workload = new() { Kind = WorkloadKind.Random, Events = events, Users = Math.Max(100, events / 50) };
        ulong[] users = new EventLogGenerator(workload).PopularUsers(reads, seed: 3);
        Console.WriteLine(
            $"last {Rows} of '{EventType}' with {Columns.Length} columns, {events:N0} events, {workload.Users:N0} Zipf users, "
            + $"{rounds} rounds of {reads:N0} reads in turns of {Stride}, median (least..most), {Environment.ProcessorCount} processors");
        BenchFolder.Use(path, folder =>
        {
            using OneSilo silo = OneSilo.Start(folder, new KafkaWorkload(workload), EventType, Rows, Columns);
            CompareQueries(silo, users);
            CompareDefinitions(silo, users, "by definition", OneSilo.Definition);
            CompareDefinitions(silo, users, "by definition, 3 types, filtered", OneSilo.Filtered);
        });
        Console.WriteLine($"{_wrong} wrong answers (sink {_sink & 1})");
        return _wrong == 0 ? 0 : 1;
    }

    private void CompareQueries(OneSilo silo, ulong[] users)
    {
        SignalStore store = silo.Store;
        IClusterStore cluster = silo.Cluster;
        SequenceQuery direct = store.Query(EventType).Last(Rows).Columns(Columns).Build();
        ClusterQuery routed = new() { EventTypes = [EventType], Last = Rows, Columns = Columns };
        Compare(
            "by query",
            users,
            some =>
            {
                for (int i = 0; i < some.Length; i++)
                {
                    using Sequence read = store.Read(UserId.From(some[i]), direct);
                    Touch(read.Times, read.Ids, read.Field<float>("dwell"));
                }
            },
            some =>
            {
                for (int i = 0; i < some.Length; i++)
                {
                    ValueTask<ClusterSequence> task = cluster.ReadAsync(UserId.From(some[i]), routed);
                    using ClusterSequence read = task.Result; // it has completed
                    Check(read.Answer);
                    Touch(read.Times, read.Ids, read.Field<float>("dwell"));
                }
            });
    }

    private void CompareDefinitions(OneSilo silo, ulong[] users, string what, string definition)
    {
        SignalStore store = silo.Store;
        IClusterStore cluster = silo.Cluster;
        Compare(
            what,
            users,
            some =>
            {
                for (int i = 0; i < some.Length; i++)
                {
                    using ServedSequence read = store.Read(UserId.From(some[i]), definition);
                    Touch(read.Times, read.Ids, read.Field<float>("dwell"));
                }
            },
            some =>
            {
                for (int i = 0; i < some.Length; i++)
                {
                    ValueTask<ClusterSequence> task = cluster.ReadAsync(UserId.From(some[i]), definition);
                    using ClusterSequence read = task.Result; // it has completed
                    Check(read.Answer);
                    Touch(read.Times, read.Ids, read.Field<float>("dwell"));
                }
            });
    }

    private void Compare(string what, ulong[] users, ReadAll direct, ReadAll cluster)
    {
        List<double> alone = [];
        List<double> through = [];
        List<double> more = [];
        List<double> rate = [];
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Warmup)
        {
            Round(users, direct, cluster);
        }

        for (int round = 0; round < rounds; round++)
        {
            (double plain, double routed, double difference) = Round(users, direct, cluster);
            alone.Add(plain);
            through.Add(routed);
            more.Add(difference);
            rate.Add(100 * difference / plain);
        }

        Console.WriteLine($"{what}: store {Spread.Of(alone)} ns a read, cluster {Spread.Of(through)} ns a read");
        Console.WriteLine($"  through the cluster: {Spread.Of(more)} ns more a read, {Spread.Of(rate)} %");
    }

    /// <summary>
    /// The processor time of a read of either kind, and the difference of neighbours: the medians over the strides of one pass. The other
    /// kind reads a stride of other users, so that neither finds in the caches of the processor what the other one has just read.
    /// </summary>
    private static (double Alone, double Through, double More) Round(ulong[] users, ReadAll direct, ReadAll cluster)
    {
        int strides = Math.Max(1, users.Length / Stride);
        double[] alone = new double[strides];
        double[] through = new double[strides];
        double[] more = new double[strides];
        for (int i = 0; i < strides; i++)
        {
            ReadOnlySpan<ulong> here = users.AsSpan(i * users.Length / strides, Math.Min(Stride, users.Length));
            ReadOnlySpan<ulong> there = users.AsSpan((i + (strides / 2)) % strides * users.Length / strides, here.Length);
            if (i % 2 == 0)
            {
                alone[i] = Timed(here, direct);
                through[i] = Timed(there, cluster);
            }
            else
            {
                through[i] = Timed(there, cluster);
                alone[i] = Timed(here, direct);
            }

            more[i] = through[i] - alone[i];
        }

        return (MedianOf(alone), MedianOf(through), MedianOf(more));
    }

    private static double Timed(ReadOnlySpan<ulong> users, ReadAll read)
    {
        long began = ThreadTime.Now();
        read(users);
        return (double)(ThreadTime.Now() - began) / users.Length;
    }

    private static double MedianOf(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private void Check(in ClusterAnswer answer) => _wrong += answer is { IsLocal: true, Lag: not null } ? 0 : 1;

    private void Touch(ReadOnlySpan<long> times, ReadOnlySpan<ulong> ids, ReadOnlySpan<float> dwells) =>
        _sink += times.IsEmpty ? 1 : times[^1] + (long)ids[^1] + (long)dwells[^1];
}
