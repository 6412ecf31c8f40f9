using Signals.Orleans.Partitions;

namespace Signals.Tests.Cluster;

/// <summary>Brings one partition of a <see cref="MemoryLog"/> into a store. Threads: as the seam says.</summary>
internal sealed class MemoryFeed : IPartitionFeed
{
    public const string Source = "log";

    private readonly MemoryLog _log;
    private readonly int _partition;
    private readonly SignalStore _store;
    private long _position;
    private volatile bool _hasBegun;

    public MemoryFeed(MemoryLog log, int partition, SignalStore store)
    {
        (_log, _partition, _store) = (log, partition, store);
        _position = store.GetResumePosition(Source) ?? 0;
    }

    public long Position => Volatile.Read(ref _position);

    public bool HasBegun => _hasBegun;

    public string? Trouble => _log.IsDown ? "The log is down." : null;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FollowAsync(cancellationToken);
        }
        finally
        {
            _hasBegun = false;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await _log.WhenFoundAsync(_partition, Position, cancellationToken);
        _hasBegun = true;
        EventGroup group = _store.CreateGroup(Source);
        while (true)
        {
            bool stands = _log.IsDown || (_log.HeldBack.Length > 0 && _store.Folder.Contains(_log.HeldBack, StringComparison.Ordinal));
            object[] records = stands ? [] : _log.ReadFrom(_partition, Position, most: 100, _store.Folder);
            if (records.Length == 0)
            {
                await Task.Delay(5, cancellationToken);
                continue;
            }

            group.Clear();
            foreach (object record in records)
            {
                if (record is SingleEvent single)
                {
                    single.AddTo(group[single.EventType.Name]);
                    continue;
                }

                await _store.AppendGroupAsync(group, cancellationToken);
                group.Clear();
                await _store.EraseAsync((UserId)record, cancellationToken);
            }

            group.Position = Position + records.Length;
            await _store.AppendGroupAsync(group, cancellationToken);
            Volatile.Write(ref _position, group.Position);
        }
    }
}
