using System.Diagnostics;
using Signals.Orleans;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// Reads every partition through every node without end and checks each answer: nothing twice, nothing torn, nothing that was never sent,
/// and everything in it that was acknowledged longer ago than its lag.
/// </summary>
/// <remarks>
/// Threads: one loop for each node's name and partition, which goes on with the process that takes the name over. Times without an answer
/// count only while a node is well: the drill has not harmed it.
/// </remarks>
internal sealed class DrillReads : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(30);

    private readonly DrillCluster _cluster;
    private readonly ulong[][] _users;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private readonly List<string> _faults = []; // This and what follows is under the lock.
    private readonly List<string> _refusals = [];
    private readonly GapMeter[] _ofPartition;
    private readonly Dictionary<(string Node, int Partition), GapMeter> _ofMachine = [];
    private Task[] _loops = [];

    public DrillReads(DrillCluster cluster)
    {
        _cluster = cluster;
        _users = DrillSetup.UsersOf(cluster.Options.Partitions);
        _ofPartition = [.. _users.Select(_ => new GapMeter())];
    }

    public IReadOnlyList<string> Faults => _faults;

    /// <summary>What well nodes did not answer.</summary>
    public IReadOnlyList<string> Refusals => _refusals;

    public int Answers { get; private set; }

    public int Late { get; private set; }

    public int OfStandbys { get; private set; }

    /// <summary>The longest time in which no node gave an answer for a partition.</summary>
    public TimeSpan LongestOfPartition => _ofPartition.Max(meter => meter.Answers);

    /// <summary>The longest time in which a well node gave no answer for a partition.</summary>
    public TimeSpan LongestOfMachine => _ofMachine.Values.Max(meter => meter.Answers);

    /// <summary>The longest time in which a well node gave no complete answer for a partition.</summary>
    public TimeSpan LongestIncomplete => _ofMachine.Values.Max(meter => meter.Complete);

    /// <summary>The answers of one node for one partition, where they were fewest.</summary>
    public int FewestAnswers => _ofMachine.Values.Min(meter => meter.Count);

    public void Begin() => _loops =
    [
        .. from name in _cluster.Names
           from partition in Enumerable.Range(0, _users.Length)
           select Task.Run(() => ReadAsync(name, partition)),
    ];

    /// <summary>Ends once the last answer for each partition through each well node is complete.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        long began = Stopwatch.GetTimestamp();
        while (!AreComplete() && Stopwatch.GetElapsedTime(began) < patience)
        {
            await Task.Delay(20);
        }

        lock (_lock)
        {
            foreach (GapMeter meter in _ofPartition.Concat(_ofMachine.Values))
            {
                meter.End();
            }
        }

        await _ending.CancelAsync();
        await Task.WhenAll(_loops);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_loops);
        _ending.Dispose();
    }

    private bool AreComplete()
    {
        lock (_lock)
        {
            return _ofMachine.Where(pair => _cluster.TryFind(pair.Key.Node) is not null).All(pair => pair.Value.WasComplete);
        }
    }

    private async Task ReadAsync(string name, int partition)
    {
        ulong[] users = _users[partition];
        GapMeter meter = new();
        lock (_lock)
        {
            _ofMachine.Add((name, partition), meter);
        }

        for (int i = 0; !_ending.IsCancellationRequested; i++)
        {
            NodeProcess? node = _cluster.TryFind(name);
            if (node is null)
            {
                Pause(meter);
            }
            else
            {
                ulong user = users[i % users.Length];
                bool wasExpected = IsExpected(node, partition);
                string? line = await node.AskAsync($"read {user}", Patience);
                Take(node, partition, meter, user, line, wasExpected);
            }

            await Task.Delay(Pace, CancellationToken.None);
        }
    }

    private void Pause(GapMeter meter)
    {
        lock (_lock)
        {
            meter.Pause();
        }
    }

    private bool IsExpected(NodeProcess node, int partition) => node.IsWell && !_cluster.IsExcused(partition);

    private void Take(NodeProcess node, int partition, GapMeter meter, ulong user, string? line, bool wasExpected)
    {
        bool isExpected = wasExpected && IsExpected(node, partition);
        DrillAnswer? answer = line is null ? null : DrillAnswer.TryParse(line);
        string? fault = answer is null ? null : FaultOf(answer, user);
        lock (_lock)
        {
            if (!isExpected)
            {
                meter.Pause();
            }

            if (_cluster.IsExcused(partition))
            {
                _ofPartition[partition].Pause();
            }

            if (answer is null)
            {
                if (isExpected && !_ending.IsCancellationRequested)
                {
                    _refusals.Add($"{node.Name}, partition {partition}: {line ?? "no answer in time"}");
                }

                return;
            }

            if (fault is not null)
            {
                _faults.Add($"{node.Name}, user {user}: {fault}: {line}");
            }

            Answers++;
            Late += answer.IsComplete ? 0 : 1;
            OfStandbys += answer.Role == ReplicaRole.Standby ? 1 : 0;
            if (!_cluster.IsExcused(partition))
            {
                _ofPartition[partition].Take(answer.IsComplete);
            }

            if (isExpected)
            {
                meter.Take(answer.IsComplete);
            }
        }
    }

    private string? FaultOf(DrillAnswer answer, ulong user)
    {
        if (answer.Ids.Distinct().Count() != answer.Ids.Length)
        {
            return "an event twice";
        }

        if (!answer.IsSound)
        {
            return "a torn row";
        }

        if (answer.Ids.Any(id => id > _cluster.Load.LastSent))
        {
            return "an event that nobody sent";
        }

        if (answer.Lag is not TimeSpan lag)
        {
            return answer.IsComplete ? "complete without a lag" : null;
        }

        // The claim counts to when the node's program received the answer. Processes of a machine have the same monotonic clock.
        long before = answer.At - (long)(lag.TotalSeconds * Stopwatch.Frequency);
        ulong[] missing = _cluster.Load.MissingOf(user, before, answer.Ids, DrillSetup.NewestRead);
        return missing.Length > 0 ? $"lacks {string.Join(',', missing)} although it says otherwise" : null;
    }
}
