using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>Where in a row everything is: the mapping's column names looked up in a header. Immutable.</summary>
internal sealed class CsvColumns
{
    /// <summary>Looks the names up; a wrong one is a <see cref="UsageException"/> that lists the right ones.</summary>
    public CsvColumns(EventMapping mapping, CsvHeader header)
    {
        User = header.Find("--user", mapping.User!);
        Time = header.Find("--time", mapping.Time!);
        Type = mapping.Type?.Column is { } typeColumn ? header.Find("--type", typeColumn) : -1;
        Quantity = mapping.Type?.Source == EventTypeSource.OnlineRetail ? header.Find("--preset", "Quantity") : -1;
        Id = mapping.Id.Count > 0
            ? [.. mapping.Id.Select(name => header.Find("--id", name))]
            : [.. Enumerable.Range(0, header.Count)];
        Fields = [.. mapping.Fields.Select(field => header.Find("--field", field.Column))];
    }

    /// <summary>Column of the user.</summary>
    public int User { get; }

    /// <summary>Column of the event time.</summary>
    public int Time { get; }

    /// <summary>Column that decides the event type; -1 when every row has the same.</summary>
    public int Type { get; }

    /// <summary>Column that, together with <see cref="Type"/>, decides the type of online-retail rows; otherwise -1.</summary>
    public int Quantity { get; }

    /// <summary>Columns that are hashed to the id.</summary>
    public int[] Id { get; }

    /// <summary>Columns of the fields, in the order of the schema's columns.</summary>
    public int[] Fields { get; }
}
