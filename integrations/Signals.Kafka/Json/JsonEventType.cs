using System.Text;

namespace Signals.Kafka.Json;

/// <summary>An event type with its names in UTF-8, and the words for what can be wrong with each column. Immutable.</summary>
internal sealed class JsonEventType
{
    private readonly (byte[] Name, int Column)[] _columns; // the current names first

    public JsonEventType(EventTypeSchema schema)
    {
        Schema = schema;
        Names = [.. schema.FormerNames.Prepend(schema.Name).Select(Encoding.UTF8.GetBytes)];
        ColumnSchema[] columns = [.. schema.Columns.Where(static column => !column.IsDropped)];
        _columns =
        [
            .. columns.Select(static column => (Encoding.UTF8.GetBytes(column.Name), (int)column.Id)),
            .. columns.SelectMany(
                static column => column.FormerNames, static (column, former) => (Encoding.UTF8.GetBytes(former), (int)column.Id)),
        ];
        Twice = [.. schema.Columns.Select(static column => $"field '{column.Name}' is there twice")];
        Misfit = [.. schema.Columns.Select(static column => $"field '{column.Name}' is not {column.Type}")];
    }

    public EventTypeSchema Schema { get; }

    /// <summary>The current name first.</summary>
    public byte[][] Names { get; }

    /// <summary>By column: it is there twice.</summary>
    public string[] Twice { get; }

    /// <summary>By column: its value is of another kind.</summary>
    public string[] Misfit { get; }

    /// <summary>The column that has a name or had it before, or -1.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        foreach ((byte[] called, int column) in _columns)
        {
            if (name.SequenceEqual(called))
            {
                return column;
            }
        }

        return -1;
    }
}
