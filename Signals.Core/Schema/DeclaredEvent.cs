namespace Signals.Core.Schema;

/// <summary>
/// What a C# type declares of its event type. A cache for the process: it depends on the type alone. Immutable, for any thread.
/// </summary>
internal static class DeclaredEvent<TEvent>
    where TEvent : struct, IEventType
{
    /// <summary>The event type by itself, with its columns in the order of the declaration.</summary>
    public static EventTypeSchema Schema { get; } = Declare();

    /// <summary>Finds the event type of a schema that a C# type declares.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public static EventTypeSchema In(StoreSchema schema) => schema.TryGet(Schema.Name, out EventTypeSchema? type)
        ? type
        : throw new ArgumentException(
            $"The schema has no event type '{Schema.Name}'{schema.WhyNot(Schema.Name)}, which {typeof(TEvent).Name} declares; it has: "
            + $"{schema.ListTypes()}. Open the store with a schema that has it "
            + $"({nameof(StoreSchema)}.{nameof(StoreSchema.Of)}).");

    /// <summary>For each declared column, its index in an event type.</summary>
    /// <exception cref="ArgumentException">It is another event type, or a column is missing there or differs.</exception>
    public static int[] ColumnsIn(EventTypeSchema type)
    {
        if (!type.IsCalled(Schema.Name))
        {
            throw new ArgumentException(
                $"{typeof(TEvent).Name} is an event of type '{Schema.Name}'; it cannot be used for '{type.Name}'.");
        }

        int[] indexes = new int[Schema.Columns.Count];
        foreach (ColumnSchema column in Schema.Columns)
        {
            int index = type.IndexOf(column.Name);
            if (index < 0 || !type.Columns[index].HasSameMeaning(column))
            {
                throw new ArgumentException(
                    $"{typeof(TEvent).Name} declares the column '{type.Name}.{column.Name}' as {column}, "
                    + $"but the store has {(index < 0 ? "no such column" : type.Columns[index].ToString())}. "
                    + $"Open the store with a schema that has it ({nameof(StoreSchema)}.{nameof(StoreSchema.Of)}).");
            }

            indexes[column.Id] = index;
        }

        return indexes;
    }

    private static EventTypeSchema Declare()
    {
        EventTypeBuilder builder = new(TEvent.EventType);
        TEvent.Define(builder);
        return builder.Build(id: 0);
    }
}
