namespace Signals.Parquet.Layout;

/// <summary>A column as the schema declares it. Immutable.</summary>
/// <param name="Name">Its name in the schema.</param>
/// <param name="Type">What a cell holds.</param>
/// <param name="Role">Whether the values come with the event or are joined on.</param>
internal readonly record struct LakeColumn(string Name, ColumnType Type, ColumnRole Role)
{
    /// <summary>The columns of a schema.</summary>
    public static LakeColumn[] Of(IReadOnlyList<ColumnSchema> columns) =>
        [.. columns.Select(column => new LakeColumn(column.Name, column.Type, column.Role))];
}
