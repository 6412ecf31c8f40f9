using Signals.Core.Model;
using Signals.Core.Schema;

namespace Signals.Storage.Segments;

/// <summary>Finds a segment's event type and columns in a schema, by name. Pure.</summary>
internal static class SegmentColumns
{
    /// <summary>The event type of a segment's rows.</summary>
    /// <exception cref="SchemaMismatchException">There is none of this name, or its windows have another length.</exception>
    public static EventTypeSchema TypeOf(SegmentHeader header, StoreSchema schema, string path)
    {
        if (!schema.TryGet(header.EventType, out EventTypeSchema? type))
        {
            throw new SchemaMismatchException(
                $"Segment '{path}' holds events of type '{header.EventType}'; the store has: {string.Join(", ", schema.EventTypes.Select(t => t.Name))}. "
                + "Open the store with a schema that declares it.");
        }

        return type.Window.TotalMilliseconds == header.WindowMs
            ? type
            : throw new SchemaMismatchException(
                $"Segment '{path}' divides '{header.EventType}' into windows of {TimeSpan.FromMilliseconds(header.WindowMs)}, the store into windows of {type.Window}. "
                + "Write the segment with the store's event type.");
    }

    /// <summary>The store's ids of a segment's columns, in the segment's order.</summary>
    /// <exception cref="SchemaMismatchException">A column is unknown, or of another type.</exception>
    public static ushort[] IdsOf(SegmentHeader header, EventTypeSchema type, string path)
    {
        ushort[] ids = new ushort[header.Columns.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            SegmentColumn column = header.Columns[i];
            int index = type.IndexOf(column.Name);
            if (index < 0 || type.Columns[index].Type != column.Type)
            {
                throw new SchemaMismatchException(
                    $"Segment '{path}' has column '{type.Name}.{column.Name}' as {column.Type}, the store has it "
                    + (index < 0 ? $"not at all; it has: {string.Join(", ", type.Columns.Select(c => c.Name))}." : $"as {type.Columns[index].Type}."));
            }

            ids[i] = (ushort)index;
        }

        return ids;
    }
}
