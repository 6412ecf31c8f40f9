namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>
/// The events of one type that wait to be appended, as the store's batch and as records: if the store refuses the batch for the
/// sake of one event, the others can still go one by one. One thread; reused.
/// </summary>
internal sealed class PendingBatch
{
    /// <summary>Events of a full batch: large enough to share the cost of a claim, small enough to be visible soon.</summary>
    public const int Capacity = 256;

    private readonly SingleEvent[] _records = new SingleEvent[Capacity];

    /// <summary>Batches for the store's event type that is called like <paramref name="declared"/>.</summary>
    public PendingBatch(SignalStore store, EventTypeSchema declared)
    {
        Batch = store.CreateBatch(declared.Name, Capacity);
        for (int i = 0; i < Capacity; i++)
        {
            _records[i] = new SingleEvent();
        }
    }

    /// <summary>What the store is given.</summary>
    public EventBatch Batch { get; }

    /// <summary>The events in it.</summary>
    public ReadOnlySpan<SingleEvent> Records => _records.AsSpan(0, Batch.Count);

    /// <summary>True when it must be appended before another event is added.</summary>
    public bool IsFull => Batch.Count == Capacity;

    /// <summary>Adds a copy of <paramref name="single"/>.</summary>
    public void Add(SingleEvent single)
    {
        _records[Batch.Count].CopyFrom(single);
        single.AddTo(Batch);
    }

    /// <summary>Puts record <paramref name="index"/> alone into the batch; the records stay as they are.</summary>
    public void Isolate(int index)
    {
        Batch.Clear();
        _records[index].AddTo(Batch);
    }
}
