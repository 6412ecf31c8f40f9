using System.Text;
using Signals.Core.Ingest;

namespace Signals;

/// <summary>
/// Events of any types from one source, with the position at which the source continues after them. A group is appended as one
/// record: after a crash the store holds all of it, the position included, or nothing of it.
/// </summary>
/// <remarks>
/// Used by one thread at a time. Reuse it: <see cref="Clear"/> keeps the memory. Appending follows the rules of
/// <see cref="EventBatch"/>.
/// </remarks>
public sealed class EventGroup : IAppendable
{
    private readonly EventBatch[] _batches;
    private readonly byte[] _source;
    private long _position;

    /// <summary>Creates an empty group.</summary>
    /// <param name="schema">The event types.</param>
    /// <param name="source">
    /// The source's name: 1 to 256 bytes of UTF-8. The store keeps one position for each name permanently.
    /// </param>
    /// <param name="capacity">The number of events of each type that it holds before it grows.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds an unpaired surrogate.</exception>
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

    /// <summary>
    /// The position at which the source continues once this group is in the store; 0 or more. A position below the stored one
    /// does not change the stored one.
    /// </summary>
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
    /// Which source uses the name. The default makes no statement about it. A store that knows another incarnation under this
    /// name refuses the group.
    /// </summary>
    public SourceIncarnation Incarnation { get; set; }

    /// <summary>
    /// Whether the store takes every event of the group or refuses it, also where its options say to leave out events with impossible
    /// times. Set it where the group comes from a log that several stores follow: each store leaves out by its own clock, and they would
    /// differ. Default false.
    /// </summary>
    public bool IsAllOrNothing { get; set; }

    /// <summary>How often the source had been reset when the group was created.</summary>
    public int Generation { get; internal set; }

    /// <summary>The number of events in the group. A group without events still moves the position.</summary>
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

    /// <summary>The batches, indexed by event type id.</summary>
    internal ReadOnlySpan<EventBatch> Batches => _batches;

    /// <summary>
    /// The planned length of each batch, indexed by event type id. <see cref="GroupRecordWriter"/> keeps them here.
    /// </summary>
    internal int[] Lengths { get; }

    /// <summary>
    /// The source's position, incarnation and generation at the time when <see cref="GroupRecordWriter"/> planned the record.
    /// </summary>
    internal (long Position, SourceIncarnation Incarnation, int Generation) Planned { get; set; }

    ReadOnlySpan<EventBatch> IAppendable.Batches => _batches;

    /// <summary>The batch of one event type. Add events to it, then append the group.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public EventBatch this[string eventType] => _batches[Schema[eventType].Id];

    /// <summary>Adds an event that is declared as a C# type (<see cref="EventAttribute"/>), with its columns.</summary>
    /// <exception cref="ArgumentException">As in <see cref="EventBatch.Add{TEvent}"/>, or the schema lacks the type.</exception>
    public void Add<TEvent>(in TEvent value)
        where TEvent : struct, IWritableEvent<TEvent> => this[TEvent.EventType].Add(value);

    /// <summary>Removes every event. Keeps the memory and the position.</summary>
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
                    $"The source's name takes {bytes.Length} bytes of UTF-8, the limit is {GroupRecordFormat.MaxNameBytes}.",
                    nameof(source));
        }
        catch (EncoderFallbackException error)
        {
            throw new ArgumentException("The source's name holds an unpaired surrogate.", nameof(source), error);
        }
    }
}
