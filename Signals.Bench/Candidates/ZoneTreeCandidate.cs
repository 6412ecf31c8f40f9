using ZoneTree;
using ZoneTree.Options;
using ZoneTree.Serializers;

namespace Signals.Bench.Candidates;

/// <summary>ZoneTree with one key per event.</summary>
internal sealed class ZoneTreeCandidate : ICandidate
{
    private readonly IZoneTree<ZoneTreeKey, ZoneTreeValue> _tree;
    private readonly IMaintainer _maintainer;
    private readonly TypeLists _lists = new();
    private readonly Answer _answer = new(ICandidate.ReadRows);
    private IZoneTreeIterator<ZoneTreeKey, ZoneTreeValue>? _iterator;

    public ZoneTreeCandidate(string path)
    {
        _tree = new ZoneTreeFactory<ZoneTreeKey, ZoneTreeValue>()
            .SetDataDirectory(path)
            .SetComparer(new ZoneTreeKey.Order())
            .SetKeySerializer(new StructSerializer<ZoneTreeKey>())
            .SetValueSerializer(new StructSerializer<ZoneTreeValue>())
            .SetMutableSegmentMaxItemCount(1_000_000)
            .SetMutableSegmentBloomFilterBitsPerItem(0) // Reads are scans, which a filter of keys does not speed up.
            .DisableDeletion()
            .ConfigureWriteAheadLogOptions(options => options.WriteAheadLogMode = WriteAheadLogMode.SyncCompressed)
            .OpenOrCreate();
        _maintainer = _tree.CreateMaintainer();
        _maintainer.EnableJobForCleaningInactiveCaches = true;
    }

    public string Name => "ZoneTree";

    public string Settings =>
        "one key per event (user, type, time descending, id) with struct serializers, mutable segments of 1M items, "
        + "its maintainer merging in the "
        + "background, sync-compressed write-ahead log (the tail written to the OS by a background job), deletion disabled";

    public bool CanSync => false;

    public string DataFileEnd => "";

    public void Ingest(EventLog log, int producers) =>
        ProducerRun.All(
            producers,
            producer => ProducerRun.ForEachBatch(log, producer, producers, (start, count) => Append(log, start, count)));

    public void Append(EventLog log, int start, int count)
    {
        for (int i = start; i < start + count; i++)
        {
            ZoneTreeKey key = new(log.Users[i], log.Types[i], log.Times[i], log.Ids[i]);
            ZoneTreeValue value = new(log.Items[i], log.Actions[i], log.Dwells[i], log.Surfaces[i]);
            _tree.Upsert(in key, in value);
        }
    }

    public void FlushAndCompact()
    {
        _maintainer.EvictToDisk();
        _maintainer.WaitForBackgroundThreads();
    }

    public int Read(ulong user, ReadShape shape)
    {
        Read(user, shape, _answer);
        return _answer.Count;
    }

    public void Read(ulong user, ReadShape shape, Answer answer)
    {
        _iterator ??= _tree.CreateIterator(IteratorType.AutoRefresh, false, false);
        _lists.Read(user, shape, answer, ReadType);
    }

    public string Describe() => $"{_tree.Maintenance.TotalRecordCount:N0} records";

    public void Dispose()
    {
        _iterator?.Dispose();
        _maintainer.WaitForBackgroundThreads();
        _maintainer.Dispose();
        _tree.Dispose();
    }

    private void ReadType(ulong user, byte type, long oldest, Answer list)
    {
        ZoneTreeKey first = new(user, type, long.MaxValue, 0);
        _iterator!.Seek(in first);
        int rows = 0;
        while (rows < ICandidate.ReadRows && _iterator.Next())
        {
            ZoneTreeKey key = _iterator.CurrentKey;
            if (key.User != user || key.Type != type || key.Time < oldest)
            {
                break;
            }

            ZoneTreeValue value = _iterator.CurrentValue;
            PackedRow row = new(key.Time, key.Id, (uint)value.Item, (byte)value.Action, value.Surface, value.Dwell);
            row.CopyTo(list, rows++, type);
        }

        list.Count = rows;
    }
}
