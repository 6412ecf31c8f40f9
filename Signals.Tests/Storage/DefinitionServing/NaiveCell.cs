namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>One value of one event as an object. Immutable.</summary>
internal readonly record struct NaiveCell(ColumnState State, object? Value)
{
    public static NaiveCell Absent { get; } = new(ColumnState.Absent, null);

    public static NaiveCell Null { get; } = new(ColumnState.Null, null);

    public bool Has => State == ColumnState.Value;

    public static NaiveCell Of(object value) => new(ColumnState.Value, value);
}
