namespace Signals.Samples.ConsoleHost.Reporting;

/// <summary>The columns that can be read of all event types at once: those that have one type wherever they are. Pure.</summary>
internal static class SharedColumns
{
    /// <summary>Their names, in the order of the schema.</summary>
    public static string[] Of(StoreSchema schema) =>
    [
        .. schema.EventTypes.SelectMany(type => type.Columns).GroupBy(column => column.Name, StringComparer.Ordinal)
            .Where(columns => columns.All(column => column.Type == columns.First().Type)).Select(columns => columns.Key),
    ];
}
