using System.Text;

namespace Signals.Kafka.Json;

/// <summary>An event type with its names in UTF-8, and the words for what can be wrong with each column. Immutable.</summary>
internal sealed class JsonEventType
{
    private readonly byte[][] _columns;

    public JsonEventType(EventTypeSchema schema)
    {
        Schema = schema;
        Name = Encoding.UTF8.GetBytes(schema.Name);
        _columns = [.. schema.Columns.Select(static column => Encoding.UTF8.GetBytes(column.Name))];
        Twice = [.. schema.Columns.Select(static column => $"field '{column.Name}' is there twice")];
        Misfit = [.. schema.Columns.Select(static column => $"field '{column.Name}' is not {column.Type}")];
    }

    public EventTypeSchema Schema { get; }

    public byte[] Name { get; }

    /// <summary>By column: it is there twice.</summary>
    public string[] Twice { get; }

    /// <summary>By column: its value is of another kind.</summary>
    public string[] Misfit { get; }

    /// <summary>The column of a name, or -1.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        for (int column = 0; column < _columns.Length; column++)
        {
            if (name.SequenceEqual(_columns[column]))
            {
                return column;
            }
        }

        return -1;
    }
}
