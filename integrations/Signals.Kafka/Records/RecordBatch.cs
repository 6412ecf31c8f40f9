namespace Signals.Kafka.Records;

/// <summary>
/// Records of events that are applied together. Thread contract: one thread. Invariant: offsets ascend. Lifetime: reused from batch to
/// batch.
/// </summary>
internal sealed class RecordBatch
{
    private readonly List<BufferedRecord> _records = [];

    /// <summary>The keys and values.</summary>
    public RecordArena Arena { get; } = new();

    public int Count => _records.Count;

    public BufferedRecord this[int index] => _records[index];

    public void Add(BufferedRecord record) => _records.Add(record);

    /// <summary>Marks a record as refused, so that it is left out from now on.</summary>
    public void Refuse(int index, string reason) => _records[index] = _records[index] with { Refusal = reason };

    /// <summary>Marks a refused record as kept, so that it is not kept again.</summary>
    public void MarkKept(int index) => _records[index] = _records[index] with { IsKept = true };

    public LogRecord View(in BufferedRecord record) =>
        new(Arena[record.Key], Arena[record.Value], record.Offset, record.TimestampMs);

    public void Clear()
    {
        _records.Clear();
        Arena.Clear();
    }
}
