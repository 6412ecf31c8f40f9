
namespace Signals.Bench.Kafka;

/// <summary>Fills a group with events from arrays. One thread; the group is reused.</summary>
internal sealed class GroupFiller(KafkaWorkload workload, EventGroup group)
{
    private readonly EventBatch[] _batches = [.. group.Schema.EventTypes.Select(type => group[type.Name])];
    private readonly Lane[] _lanes = [.. group.Schema.EventTypes.Select(type => new Lane(
        type.IndexOf("item_id") < 0 ? default : type.Column<long>("item_id"),
        type.Column<byte>("surface"),
        type.Column<int>("action"),
        type.Column<float>("dwell")))];
    private readonly bool _hasItem = group.Schema.EventTypes[0].IndexOf("item_id") >= 0;

    /// <summary>The group with these events and nothing else. Its position is behind the last one.</summary>
    public EventGroup Fill(int start, int count)
    {
        EventLog log = workload.Log;
        group.Clear();
        for (int i = start; i < start + count; i++)
        {
            Lane lane = _lanes[log.Types[i]];
            EventRow row = _batches[log.Types[i]].Add(UserId.From(log.Users[i]), log.Times[i], log.Ids[i])
                .Set(lane.Surface, log.Surfaces[i])
                .Set(lane.Action, (int)log.Actions[i])
                .Set(lane.Dwell, log.Dwells[i]);
            if (_hasItem)
            {
                row.Set(lane.Item, (long)log.Items[i]);
            }
        }

        group.Position = start + count;
        return group;
    }

    private sealed record Lane(Column<long> Item, Column<byte> Surface, Column<int> Action, Column<float> Dwell);
}
