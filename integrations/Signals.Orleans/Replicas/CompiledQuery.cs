namespace Signals.Orleans.Replicas;

/// <summary>A query of the cluster, prepared by one store. Immutable; any thread; belongs to the store that prepared it.</summary>
/// <param name="Source">The query of the cluster.</param>
/// <param name="Query">The prepared query.</param>
/// <param name="ColumnTypes">The types of <see cref="SequenceQuery.ColumnNames"/>, in their order.</param>
/// <param name="Types">The event types that it reads.</param>
internal sealed record CompiledQuery(ClusterQuery Source, SequenceQuery Query, ColumnType[] ColumnTypes, EventTypeSchema[] Types)
{
    /// <exception cref="ArgumentException">The store's schema lacks a type or column of the query.</exception>
    public static CompiledQuery Prepare(SignalStore store, ClusterQuery query)
    {
        SequenceQueryBuilder builder = store.Query([.. query.EventTypes]).Between(query.FromMs, query.ToMs);
        if (query.Last != int.MaxValue)
        {
            builder.Last(query.Last);
        }

        foreach ((string eventType, int count) in query.LastOfType)
        {
            builder.Last(eventType, count);
        }

        if (query.Order == SequenceOrder.OldestFirst)
        {
            builder.OldestFirst();
        }

        if (query.Columns is not null)
        {
            builder.Columns([.. query.Columns]);
        }

        SequenceQuery prepared = builder.Build();
        EventTypeSchema[] types = [.. query.EventTypes.Select(name => store.Schema[name])];
        return new CompiledQuery(query, prepared, [.. prepared.ColumnNames.Select(column => TypeOf(types, column))], types);
    }

    private static ColumnType TypeOf(EventTypeSchema[] types, string column)
    {
        EventTypeSchema owner = types.First(type => type.IndexOf(column) >= 0);
        return owner.Columns[owner.IndexOf(column)].Type;
    }
}
