namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>One event as a dictionary. Threads: one.</summary>
internal sealed record NaiveEvent(ulong User, string Type, ushort TypeId, long Time, ulong Id, Dictionary<string, NaiveCell> Cells)
{
    public NaiveCell this[string column] => Cells.TryGetValue(column, out NaiveCell cell) ? cell : NaiveCell.Absent;
}
