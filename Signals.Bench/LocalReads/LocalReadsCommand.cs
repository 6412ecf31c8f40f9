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
/// The two kinds of read take turns in blocks over the same users; a difference compares neighbouring blocks.
/// </summary>
internal sealed class LocalReadsCommand(int events, int reads, int rounds, string path)
{
    public const string Usage = "local-reads [--events 1000000] [--reads 100000] [--rounds 15] [--path DIR]";
    private const string EventType = "view";
    private const int Rows = 100;
    private const int Warmups = 3;

    private static readonly string[] Columns = ["surface", "action", "dwell"];

    private long _sink;
    private long _wrong;

    private delegate void ReadAll(ReadOnlySpan<ulong> users, Span<long> ticks);

    public static LocalReadsCommand Parse(ReadOnlySpan<string> arguments)
    {
        OptionReader options = new(arguments, Usage);
        LocalReadsCommand command = new(
            options.Number("--events", 1_000_000), options.Number("--reads", 100_000), options.Number("--rounds", 15),
            options.Text("--path", Path.GetTempPath()));
        options.RequireAllUsed();
        return command;
    }

    public int Run()
    {
        WorkloadOptions workload = new() { Kind = WorkloadKind.Random, Events = events, Users = Math.Max(100, events / 50) };
        ulong[] users = new EventLogGenerator(workload).PopularUsers(reads, seed: 3);
        Console.WriteLine(
            $"last {Rows} of '{EventType}' with {Columns.Length} columns, {events:N0} events, {workload.Users:N0} Zipf users, blocks of "
            + $"{reads:N0} reads, {rounds} rounds, median (least..most), {Environment.ProcessorCount} processors");
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
            (some, ticks) =>
            {
                for (int i = 0; i < some.Length; i++)
                {
                    using Sequence read = store.Read(UserId.From(some[i]), direct);
                    Touch(read.Times, read.Ids, read.Field<float>("dwell"));
                    Note(ticks, i);
                }
            },
            (some, ticks) =>
            {
                for (int i = 0; i < some.Length; i++)
                {
                    using ClusterSequence read = Completed(cluster.ReadAsync(UserId.From(some[i]), routed));
                    Touch(read.Times, read.Ids, read.Field<float>("dwell"));
                    Note(ticks, i);
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
            (some, ticks) =>
            {
                for (int i = 0; i < some.Length; i++)
                {
                    using ServedSequence read = store.Read(UserId.From(some[i]), definition);
                    Touch(read.Times, read.Ids, read.Field<float>("dwell"));
                    Note(ticks, i);
                }
            },
            (some, ticks) =>
            {
                for (int i = 0; i < some.Length; i++)
                {
                    using ClusterSequence read = Completed(cluster.ReadAsync(UserId.From(some[i]), definition));
                    Touch(read.Times, read.Ids, read.Field<float>("dwell"));
                    Note(ticks, i);
                }
            });
    }

    private void Compare(string what, ulong[] users, ReadAll direct, ReadAll cluster)
    {
        List<double> alone = [];
        List<double> through = [];
        List<double> rate = [];
        List<double> median = [];
        for (int round = -Warmups; round < rounds; round++)
        {
            bool isDirectFirst = round % 2 == 0;
            (double Ns, double P50) first = Block(users, isDirectFirst ? direct : cluster);
            (double Ns, double P50) second = Block(users, isDirectFirst ? cluster : direct);
            ((double Ns, double P50) plain, (double Ns, double P50) routed) = isDirectFirst ? (first, second) : (second, first);
            if (round >= 0)
            {
                alone.Add(plain.Ns);
                through.Add(routed.Ns);
                rate.Add(100 * ((routed.Ns / plain.Ns) - 1));
                median.Add(100 * ((routed.P50 / plain.P50) - 1));
            }
        }

        Console.WriteLine($"{what}: store {Spread.Of(alone)} ns a read, cluster {Spread.Of(through)} ns a read");
        Console.WriteLine($"  through the cluster, % more time a read: {Spread.Of(rate)}, at p50: {Spread.Of(median)}");
    }

    /// <summary>
    /// The processor time of a read, without a look at the clock for each, and the median time of single reads in a second pass.
    /// </summary>
    private static (double Ns, double P50) Block(ulong[] users, ReadAll read)
    {
        long began = ThreadTime.Now();
        read(users, []);
        double ns = (double)(ThreadTime.Now() - began) / users.Length;
        long[] ticks = new long[users.Length / 4];
        long start = Stopwatch.GetTimestamp();
        read(users.AsSpan(0, ticks.Length), ticks);
        for (int i = ticks.Length - 1; i >= 0; i--)
        {
            ticks[i] -= i > 0 ? ticks[i - 1] : start;
        }

        Array.Sort(ticks);
        return (ns, ticks[ticks.Length / 2]);
    }

    private static void Note(Span<long> ticks, int i)
    {
        if (!ticks.IsEmpty)
        {
            ticks[i] = Stopwatch.GetTimestamp();
        }
    }

    private ClusterSequence Completed(ValueTask<ClusterSequence> read)
    {
        ClusterSequence sequence = read.Result;
        _wrong += sequence.Answer is { IsLocal: true, Lag: not null } ? 0 : 1;
        return sequence;
    }

    private void Touch(ReadOnlySpan<long> times, ReadOnlySpan<ulong> ids, ReadOnlySpan<float> dwells) =>
        _sink += times.IsEmpty ? 1 : times[^1] + (long)ids[^1] + (long)dwells[^1];
}
