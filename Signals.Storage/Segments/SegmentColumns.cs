namespace Signals.Storage.Segments;

/// <summary>Finds the event type and the columns of a segment in a schema, by name. Pure functions.</summary>
internal static class SegmentColumns
{
    /// <summary>
    /// Finds the event type of a segment's rows. One that was dropped is found, too: the events are hidden and reclaimed like those that
    /// are there already, and come back with them. Of several dropped ones it is the one that can be taken back, or the newest.
    /// </summary>
    /// <exception cref="SchemaMismatchException">
    /// There is no event type of this name, or its windows have another length.
    /// </exception>
    public static EventTypeSchema TypeOf(SegmentHeader header, StoreSchema schema, string path)
    {
        if (!schema.TryGet(header.EventType, out EventTypeSchema? type))
        {
            // A window never changes, so it tells event types apart that had the name one after the other.
            EventTypeSchema[] dropped = [.. schema.DroppedTypes().Where(known => known.IsCalled(header.EventType))];
            type = Array.Find(dropped, known => Fits(header, known)) ?? dropped.FirstOrDefault()
                ?? throw new SchemaMismatchException(
                    $"Segment '{path}' holds events of type '{header.EventType}'{schema.WhyNot(header.EventType)}; the store has: "
                    + $"{schema.ListTypes()}. Open the store with a schema that declares it.");
        }

        return Fits(header, type)
            ? type
            : throw new SchemaMismatchException(
                $"Segment '{path}' divides '{header.EventType}' into windows of {TimeSpan.FromMilliseconds(header.WindowMs)}, the store "
                + $"into windows of {type.Window}. Write the segment with the event type of the store.");
    }

    /// <summary>
    /// The ids that the columns of a segment have in the store, in the order of the segment. A column that was dropped has its old id: its
    /// cells are hidden and reclaimed like those that are there already.
    /// </summary>
    /// <exception cref="SchemaMismatchException">A column is unknown, or has a type that the store's column never had.</exception>
    public static ushort[] IdsOf(SegmentHeader header, EventTypeSchema type, string path)
    {
        ushort[] ids = new ushort[header.Columns.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            SegmentColumn column = header.Columns[i];
            int index = type.IndexOf(column.Name) is var live and >= 0 ? live : Dropped(type, column);
            if (index < 0 || !type.Columns[index].Reads(column.Type))
            {
                throw new SchemaMismatchException(
                    $"Segment '{path}' has column '{type.Name}.{column.Name}' of type {column.Type}; "
                    + (index < 0
                        ? $"the store does not have this column{type.WhyNot(column.Name)}. It has: {type.ListColumns()}."
                        : $"the store has it with type {Types(type.Columns[index])}."));
            }

            if (Array.IndexOf(ids, (ushort)index, 0, i) is var same and >= 0)
            {
                throw new SchemaMismatchException(
                    $"Segment '{path}' has the columns '{header.Columns[same].Name}' and '{column.Name}', which are one column "
                    + $"'{type.Name}.{type.Columns[index].Name}' in the store. Write the segment with one of them.");
            }

            ids[i] = (ushort)index;
        }

        return ids;
    }

    private static string Types(ColumnSchema column) => column.IsWidened
        ? $"{column.Type}, and takes what it had since it was {column.FirstType}"
        : column.Type.ToString();

    private static bool Fits(SegmentHeader header, EventTypeSchema type) => type.Window.TotalMilliseconds == header.WindowMs;

    // The one that a declaration could take back, or the newest of that name.
    private static int Dropped(EventTypeSchema type, SegmentColumn column) => type.Columns
        .Where(known => known.IsDropped && known.Reads(column.Type) && known.AllNames().Contains(column.Name))
        .OrderBy(known => known.IsDropFinal)
        .ThenByDescending(known => known.Id)
        .Select(known => (int)known.Id)
        .FirstOrDefault(-1);
}
