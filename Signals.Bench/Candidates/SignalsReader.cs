namespace Signals.Bench.Candidates;

/// <summary>Reads the plain columns of some event types from this library. Used by one thread at a time.</summary>
internal sealed class SignalsReader
{
    private readonly SignalStore _store;
    private readonly SequenceQuery _query;
    private readonly bool _hasItem;
    private readonly int _first;

    public SignalsReader(SignalStore store, StoreSetup setup, string[] types)
    {
        _store = store;
        _hasItem = setup.HasItem;
        _first = setup.HasItem ? 1 : 0;
        _query = store.Query(types).Last(ICandidate.ReadRows)
            .Columns(setup.HasItem ? ["item_id", "surface", "action", "dwell"] : ["surface", "action", "dwell"])
            .Build();
    }

    /// <summary>A sum of values that were read, so that reading them is not left out.</summary>
    public long Sink { get; set; }

    /// <summary>Takes every span and one value from it, as a caller would start to do.</summary>
    public int Read(ulong user)
    {
        using Sequence sequence = _store.Read(UserId.From(user), _query);
        int count = sequence.Count;
        if (count > 0)
        {
            Sink += sequence.Times[^1] + (long)sequence.Ids[^1] + sequence.EventTypes[^1]
                + sequence.Field<byte>(_first)[^1] + sequence.Field<int>(_first + 1)[^1] + (long)sequence.Field<float>(_first + 2)[^1];
            Sink += _hasItem ? sequence.Field<long>(0)[^1] : 0;
        }

        return count;
    }

    public void Read(ulong user, Answer answer)
    {
        using Sequence sequence = _store.Read(UserId.From(user), _query);
        answer.Count = sequence.Count;
        sequence.Times.CopyTo(answer.Times);
        sequence.Ids.CopyTo(answer.Ids);
        sequence.EventTypes.CopyTo(answer.Types);
        sequence.Field<byte>("surface").CopyTo(answer.Surfaces);
        sequence.Field<int>("action").CopyTo(answer.Actions);
        sequence.Field<float>("dwell").CopyTo(answer.Dwells);
        if (_hasItem)
        {
            sequence.Field<long>("item_id").CopyTo(answer.Items);
        }
        else
        {
            answer.Items.AsSpan(0, sequence.Count).Clear();
        }
    }
}
