using Signals.Core.Schema;
using Signals.Storage.Engine.Reading;
using Signals.Storage.Primitives;

namespace Signals.Storage;

/// <summary>
/// What an open store keeps ready for one C# event type: its queries, and batches to append single events with.
/// </summary>
/// <remarks>Thread contract: any thread. Lifetime: that of the store.</remarks>
internal sealed class TypedEvents
{
    private readonly EventTypeSchema _type;
    private readonly AgingPool<PooledBatch> _batches;

    private TypedEvents(EventTypeSchema type, SequenceReader reader, SequenceQuery newestFirst, SequenceQuery oldestFirst)
    {
        _type = type;
        Reader = reader;
        NewestFirst = newestFirst;
        OldestFirst = oldestFirst;
        _batches = reader.Pools.Add(new AgingPool<PooledBatch>(Environment.ProcessorCount * 4));
    }

    public SequenceReader Reader { get; }

    /// <summary>Every event, with the columns in the order of the declaration.</summary>
    public SequenceQuery NewestFirst { get; }

    /// <summary>As <see cref="NewestFirst"/>, with the oldest event first.</summary>
    public SequenceQuery OldestFirst { get; }

    /// <exception cref="ArgumentException">The store's schema does not have what the type declares.</exception>
    public static TypedEvents Of<TEvent>(StoreSchema schema, SequenceReader reader)
        where TEvent : struct, IEvent<TEvent>
    {
        EventTypeSchema type = DeclaredEvent<TEvent>.In(schema);
        DeclaredEvent<TEvent>.ColumnsIn(type);
        string[] columns = [.. DeclaredEvent<TEvent>.Schema.Columns.Select(column => column.Name)];
        SequenceQueryBuilder Query() => new SequenceQueryBuilder(schema, [type.Name]).Columns(columns);
        return new TypedEvents(type, reader, Query().Build(), Query().OldestFirst().Build());
    }

    /// <summary>An empty batch. Give it back.</summary>
    public PooledBatch Rent()
    {
        PooledBatch batch = _batches.TryRent() ?? new PooledBatch(_type);
        batch.Events.Clear();
        return batch;
    }

    public void Return(PooledBatch batch) => _batches.Return(batch);
}
