using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.TestingHost;
using Signals.Orleans;
using Signals.Tests.Cluster.Drills;
using Signals.Tests.Reliability;

namespace Signals.Tests.Cluster;

/// <summary>
/// Eight silos in this process over a log in memory, which are killed, stopped and joined, and whose log goes away, as a seed says. After
/// each step every event that was acknowledged is read once through every silo, and the replicas of a partition have the same content.
/// </summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class SimulationTests
{
    private const int Silos = 8;
    private const int Partitions = 16;
    private const int Users = 48;
    private const int StepsAtFullSize = 14;

    private static readonly ClusterQuery Query = new() { EventTypes = ["view"], Columns = ["n"] };

    private readonly ConcurrentDictionary<string, SignalStore> _stores = new();
    private readonly List<(ulong Id, long At)>[] _acknowledged =
        [.. Enumerable.Range(0, Users + 1).Select(_ => new List<(ulong, long)>())];
    private readonly ConcurrentQueue<string> _faults = [];
    private volatile InProcessSiloHandle[] _well = []; // Those that no step is about to harm.
    private int _answers;
    private int _sent;

    [Test]
    public async Task Silos_AreKilledAndJoin_EveryAnswerIsTrueAndNothingIsLost()
    {
        int seed = Environment.TickCount & 0xFFFF;
        await RunAsync(seed, TestScale.Factor < 1 ? 1 : TestScale.Of(StepsAtFullSize));
    }

    private async Task RunAsync(int seed, int steps)
    {
        Random random = new(seed);
        await using TestCluster cluster = await TestCluster.StartAsync(
            Silos, Partitions, options => options.OnStoreOpened(store => _stores[store.Folder] = store));
        _well = [.. cluster.Silos];
        await cluster.SettleAsync();
        using CancellationTokenSource ending = new();
        Task appending = Task.Run(() => AppendAsync(cluster.Log, ending.Token));
        Task reading = Task.Run(() => ReadAsync(ending.Token));
        for (int step = 0; step < steps; step++)
        {
            string what = await StepAsync(cluster, random);
            await TestContext.Out.WriteLineAsync($"seed {seed}, step {step}: {what}, {cluster.Silos.Count} silos");
            await cluster.SettleAsync();
            _well = [.. cluster.Silos];
            await CheckAsync(cluster, $"seed {seed}, step {step}: {what}");
        }

        await ending.CancelAsync();
        await Task.WhenAll(appending, reading);
        Assert.That(_faults, Is.Empty, $"seed {seed}");
        Assert.That(_answers, Is.GreaterThan(10 * steps), "reads went on all the time");
    }

    private async Task<string> StepAsync(TestCluster cluster, Random random)
    {
        InProcessSiloHandle[] victims = [.. cluster.Silos];
        random.Shuffle(victims);
        int few = victims.Length <= 5 ? 1 : 0; // Then silos only join.
        switch (few == 1 ? 3 : random.Next(victims.Length >= Silos ? 3 : 5))
        {
            case 0:
                _well = victims[1..];
                await cluster.KillAsync(victims[0]);
                return $"kill {victims[0].Name}";
            case 1:
                _well = victims[2..];
                await Task.WhenAll(cluster.KillAsync(victims[0]), cluster.KillAsync(victims[1]));
                return $"kill {victims[0].Name} and {victims[1].Name}";
            case 2:
                _well = victims[1..];
                await cluster.StopAsync(victims[0]);
                return $"stop {victims[0].Name}";
            case 3:
                await cluster.JoinAsync();
                return "join";
            default:
                cluster.Log.IsDown = true;
                await cluster.JoinAsync();
                await Task.Delay(500);
                cluster.Log.IsDown = false;
                return "join while the log is away";
        }
    }

    // The log in memory acknowledges at once, also while nobody can read it.
    private async Task AppendAsync(MemoryLog log, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            int n = ++_sent;
            ulong user = (ulong)(1 + (n % Users));
            SingleEvent single = TestCluster.View(UserId.From(user), n);
            await log.AppendAsync(log.PartitionOf(single.User), [single], CancellationToken.None);
            lock (_acknowledged[user])
            {
                _acknowledged[user].Add(((ulong)n, Stopwatch.GetTimestamp()));
            }

            await Task.Delay(4, CancellationToken.None);
        }
    }

    private async Task ReadAsync(CancellationToken ending)
    {
        for (int i = 0; !ending.IsCancellationRequested; i++)
        {
            InProcessSiloHandle[] well = _well;
            ulong user = (ulong)(1 + (i % Users));
            try
            {
                long asked = Stopwatch.GetTimestamp();
                using ClusterSequence sequence = await TestCluster.StoreOn(well[i % well.Length]).ReadAsync(
                    UserId.From(user), Query, cancellationToken: CancellationToken.None);
                CheckTruth(user, sequence, asked);
                _answers++;
            }
            catch (PartitionUnavailableException)
            {
                // Both replicas of its partition were killed; the answer is honest.
            }
            catch (Exception error)
            {
                _faults.Enqueue($"user {user}: {error}"); // Kept for the end, because the loop is nobody's to await before.
            }

            await Task.Delay(3, CancellationToken.None);
        }
    }

    // What was acknowledged longer ago than the lag, counted from before the question, so that the claim is no more than that.
    private void CheckTruth(ulong user, ClusterSequence sequence, long asked)
    {
        ulong[] ids = sequence.Ids.ToArray();
        if (ids.Distinct().Count() != ids.Length)
        {
            _faults.Enqueue($"user {user}: an event twice: {sequence.Answer}");
        }

        if (sequence.Answer.Lag is not TimeSpan lag)
        {
            return;
        }

        long before = asked - (long)(lag.TotalSeconds * Stopwatch.Frequency);
        lock (_acknowledged[user])
        {
            ulong[] missing = [.. _acknowledged[user].Where(known => known.At < before).Select(known => known.Id).Except(ids)];
            if (missing.Length > 0)
            {
                _faults.Enqueue($"user {user}: lacks {string.Join(',', missing)} although it says {sequence.Answer}");
            }
        }
    }

    private async Task CheckAsync(TestCluster cluster, string when)
    {
        foreach (InProcessSiloHandle silo in cluster.Silos)
        {
            IClusterStore store = TestCluster.StoreOn(silo);
            for (ulong user = 1; user <= Users; user++)
            {
                ulong[] known;
                lock (_acknowledged[user])
                {
                    known = [.. _acknowledged[user].Select(one => one.Id)];
                }

                int partition = store.PartitionOf(UserId.From(user));
                using ClusterSequence sequence = await store.ReadAsync(
                    UserId.From(user), Query,
                    new ClusterReadOptions { AtLeast = new LogPosition(partition, cluster.Log.EndOf(partition)) });
                Assert.That(known.Except(sequence.Ids.ToArray()), Is.Empty, $"{when}, {silo.Name}, user {user}: {sequence.Answer}");
                Assert.That(sequence.Ids.ToArray(), Is.Unique, $"{when}, {silo.Name}, user {user}");
            }
        }

        await CompareReplicasAsync(cluster, when);
    }

    // Two replicas that have read to the same position; the load goes on, so they are compared when they happen to.
    private async Task CompareReplicasAsync(TestCluster cluster, string when)
    {
        for (int partition = 0; partition < Partitions; partition++)
        {
            long began = Environment.TickCount64;
            while (!HaveSameContent(cluster, partition))
            {
                Assert.That(Environment.TickCount64 - began, Is.LessThan(10_000), $"{when}: the replicas of partition {partition} differ");
                await Task.Delay(2);
            }
        }
    }

    private bool HaveSameContent(TestCluster cluster, int partition)
    {
        string[] hashes =
        [
            .. cluster.Silos
                .Where(silo => TestCluster.StoreOn(silo).GetLocalReplicas().Any(replica => replica.Partition == partition))
                .Select(silo => _stores[Path.Combine(cluster.FolderOf(silo.Name), $"partition-{partition:D5}")])
                .Select(store => StoreContent.HashOf(store, "view", static (sequence, row) =>
                    $"{sequence.Field<int>("n")[row]} {sequence.Text("country", row)} {sequence.Field<bool>("liked")[row]}")),
        ];
        return hashes.Length == 2 && hashes[0] == hashes[1];
    }
}
