using Signals.Definitions;
using Signals.Kafka;
using Signals.Orleans;
using Signals.Orleans.Partitions;

namespace Signals.Tests.Cluster;

/// <summary>
/// The log of a cluster in memory, so that the logic of replicas can be tested without a broker. Threads: any. A feed can be held
/// back, and the log can be made unreachable.
/// </summary>
internal sealed class MemoryLog(int partitions) : IClusterLog
{
    private readonly List<object>[] _records = [.. Enumerable.Range(0, partitions).Select(_ => new List<object>())];
    private readonly long[] _first = new long[partitions];
    private readonly Lock _lock = new();
    private volatile bool _wasMadeAnew;
    private long _poisonAt = -1;
    private int _endsAsked;

    /// <summary>Whether reads of the log fail, as when its broker is down.</summary>
    public volatile bool IsDown;

    /// <summary>The partition and silo folder whose feed stands still; empty for none.</summary>
    public volatile string HeldBack = "";

    /// <summary>Whether the log says that it has everything, also when it does not.</summary>
    public volatile bool ClaimsEverything;

    /// <summary>The record that cannot be applied, in every partition; none below zero.</summary>
    public long PoisonAt
    {
        get => Volatile.Read(ref _poisonAt);
        set => Volatile.Write(ref _poisonAt, value);
    }

    /// <summary>A part of the folder of the stores that cannot apply <see cref="PoisonAt"/>; empty for all.</summary>
    public volatile string PoisonedFolder = "";

    /// <summary>What an answer with an end waits for, after the end is taken.</summary>
    public volatile Task EndsAreTold = Task.CompletedTask;

    /// <summary>How often an end was asked for.</summary>
    public int EndsAsked => Volatile.Read(ref _endsAsked);

    /// <summary>How long a feed takes to find out whether the log is the one that its store has followed.</summary>
    public TimeSpan FindDelay { get; set; }

    public int PartitionOf(UserId user) => (int)((user.High ^ user.Low) % (ulong)partitions);

    public string SourceOf(int partition) => MemoryFeed.Source;

    public IPartitionFeed Follow(int partition, SignalStore store) => new MemoryFeed(this, partition, store);

    public Task<bool> CanGoOnAsync(int partition, IReadOnlyList<SourcePosition> positions, CancellationToken cancellationToken)
    {
        if (IsDown)
        {
            return Task.FromException<bool>(new IOException("The log is down."));
        }

        lock (_lock)
        {
            SourcePosition known = positions.FirstOrDefault(source => source.Source == MemoryFeed.Source);
            long position = known.Source is null ? -1 : known.Position;
            return Task.FromResult(
                ClaimsEverything || (!_wasMadeAnew && position >= _first[partition] && position <= _records[partition].Count));
        }
    }

    public async Task<long> ReadEndAsync(int partition, CancellationToken cancellationToken)
    {
        if (IsDown)
        {
            throw new IOException("The log is down.");
        }

        long end = EndOf(partition);
        Interlocked.Increment(ref _endsAsked);
        await EndsAreTold.WaitAsync(cancellationToken);
        return end;
    }

    public ValueTask<LogPosition> AppendAsync(int partition, IReadOnlyList<SingleEvent> events, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (SingleEvent single in events)
            {
                SingleEvent copy = new();
                copy.CopyFrom(single);
                _records[partition].Add(copy);
            }
        }

        return ValueTask.FromResult(new LogPosition(partition, EndOf(partition)));
    }

    public ValueTask<LogPosition> EraseAsync(UserId user, CancellationToken cancellationToken)
    {
        int partition = PartitionOf(user);
        lock (_lock)
        {
            _records[partition].Add(user);
        }

        return ValueTask.FromResult(new LogPosition(partition, EndOf(partition)));
    }

    public ValueTask<IReadOnlyList<LogPosition>> DefineAsync(SequenceDefinition definition, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Definitions go through a real log in tests.");

    public ValueTask<LogPosition> ImportAsync(int partition, SegmentReference segment, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Imports go through a real log in tests.");

    public long EndOf(int partition)
    {
        lock (_lock)
        {
            return _records[partition].Count;
        }
    }

    /// <summary>Drops the records of each partition below a position, as a topic's retention does.</summary>
    public void ForgetBefore(Func<int, long> position)
    {
        for (int partition = 0; partition < partitions; partition++)
        {
            long first = position(partition);
            lock (_lock)
            {
                _first[partition] = first;
            }
        }
    }

    /// <summary>Drops all records, as when a topic is made anew.</summary>
    public void MakeAnew()
    {
        lock (_lock)
        {
            Array.ForEach(_records, records => records.Clear());
            _wasMadeAnew = true;
        }
    }

    /// <summary>A feed looks for its place.</summary>
    /// <exception cref="TopicChangedException">The log is another one.</exception>
    public async Task WhenFoundAsync(int partition, long position, CancellationToken cancellationToken)
    {
        await Task.Delay(FindDelay, cancellationToken);
        if (_wasMadeAnew && position > 0)
        {
            SourcePosition known = new("log", position);
            throw new TopicChangedException("log", partition, known, default, EndOf(partition));
        }
    }

    /// <exception cref="LogTruncatedException">The records are gone.</exception>
    /// <exception cref="PoisonRecordException">The first of them cannot be applied.</exception>
    public object[] ReadFrom(int partition, long position, int most, string folder)
    {
        lock (_lock)
        {
            if (position < _first[partition])
            {
                throw new LogTruncatedException("log", partition, position, _first[partition]);
            }

            long poison = folder.Contains(PoisonedFolder, StringComparison.Ordinal) ? PoisonAt : -1;
            if (position == poison && poison < _records[partition].Count)
            {
                throw new PoisonRecordException("log", partition, position, "planted");
            }

            return [.. _records[partition].Skip((int)position).Take(poison > position ? (int)Math.Min(most, poison - position) : most)];
        }
    }
}
