namespace Signals.Storage.Tables;

/// <summary>A file beside a table that holds newer cells of some of its columns. Immutable.</summary>
/// <param name="Number">The file's number.</param>
/// <param name="Columns">Ids of the columns, ascending; at least one.</param>
internal sealed record ColumnFileMeta(ulong Number, IReadOnlyList<int> Columns);
