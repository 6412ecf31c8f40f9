using System.Buffers;
using MessagePack;
using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>The hash of what a schema says about stored events. Thread contract: pure functions; any thread.</summary>
internal static class SchemaHash
{
    /// <summary>Of event types and columns, with their ids, in the order of the ids.</summary>
    public static ContentHash Of(StoreSchema schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        foreach (EventTypeSchema type in schema.EventTypes.OrderBy(type => type.Id))
        {
            writer.Write(type.Id);
            writer.Write(type.Name);
            foreach (ColumnSchema column in type.Columns.OrderBy(column => column.Id))
            {
                writer.Write(column.Id);
                writer.Write(column.Name);
                writer.Write((int)column.Role);
                writer.Write(column.Type.ToString());
            }
        }

        writer.Flush();
        return ContentHash.Of(buffer.WrittenSpan);
    }
}
