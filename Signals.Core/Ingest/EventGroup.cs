using System.Text;
using Signals.Core.Schema;

namespace Signals.Core.Ingest;

/// <summary>
/// Events of any types from one source, together with the position at which the source goes on after them. A group is appended as one
/// record: after a crash the store holds all of it, position included, or nothing.
/// </summary>
/// <remarks>
/// One thread at a time. Reuse it: <see cref="Clear"/> keeps the memory. The rules of <see cref="EventBatch"/> hold for appending.
/// </remarks>
public sealed class EventGroup : IAppendable
{
    private readonly EventBatch[] _batches;
    private readonly byte[] _source;
    private long _position;

    /// <summary>Makes an empty group.</summary>
    /// <param name="schema">The event types.</param>
    /// <param name="source">The source's name: 1 to 256 bytes of UTF-8. The store keeps one position per name, for good.</param>
    /// <param name="capacity">Events of each type that it holds before it grows.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds unpaired surrogates.</exception>
    public EventGroup(StoreSchema schema, string source, int capacity = 256)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentException.ThrowIfNullOrEmpty(source);
        Schema = schema;
        Source = source;
        _source = NameBytes(source);
        _batches = [.. schema.EventTypes.Select(type => new EventBatch(type, capacity))];
        Lengths = new int[_batches.Length];
    }

    /// <summary>The event types.</summary>
    public StoreSchema Schema { get; }

    /// <summary>The source's name.</summary>
    public string Source { get; }

    /// <summary>Where the source goes on once this group is in the store; 0 or more. A position below the stored one leaves that as it is.</summary>
    public long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>
    /// Which source of that name sends the group; none says nothing. A store that knows the source as another one refuses the group.
    /// </summary>
    public SourceIncarnation Incarnation { get; set; }

    /// <summary>How often the source had been reset when the group was made.</summary>
    public int Generation { get; internal set; }

    /// <summary>Events in the group. A group without events still moves the position.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (EventBatch batch in _batches)
            {
                count += batch.Count;
            }

            return count;
        }
    }

    /// <summary>The source's name in UTF-8.</summary>
    internal ReadOnlySpan<byte> SourceUtf8 => _source;

    /// <summary>The batches, by event type.</summary>
    internal ReadOnlySpan<EventBatch> Batches => _batches;

    /// <summary>Where <see cref="GroupRecordWriter"/> keeps each batch's planned length, by event type.</summary>
    internal int[] Lengths { get; }

    /// <summary>What <see cref="GroupRecordWriter"/> planned to say of the source.</summary>
    internal (long Position, SourceIncarnation Incarnation, int Generation) Planned { get; set; }

    ReadOnlySpan<EventBatch> IAppendable.Batches => _batches;

    /// <summary>The events of one type; add to it, append the group.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public EventBatch this[string eventType] => _batches[Schema[eventType].Id];

    /// <summary>Removes every event, keeps the memory and the position.</summary>
    public void Clear()
    {
        foreach (EventBatch batch in _batches)
        {
            batch.Clear();
        }
    }

    int IAppendable.PlanRecord() => GroupRecordWriter.Plan(this);

    void IAppendable.WriteRecord(Span<byte> record) => GroupRecordWriter.Write(this, record);

    private static byte[] NameBytes(string source)
    {
        try
        {
            byte[] bytes = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetBytes(source);
            return bytes.Length <= GroupRecordFormat.MaxNameBytes
                ? bytes
                : throw new ArgumentException(
                    $"The source's name takes {bytes.Length} bytes of UTF-8, the limit is {GroupRecordFormat.MaxNameBytes}.", nameof(source));
        }
        catch (EncoderFallbackException error)
        {
            throw new ArgumentException("The source's name holds an unpaired surrogate.", nameof(source), error);
        }
    }
}
