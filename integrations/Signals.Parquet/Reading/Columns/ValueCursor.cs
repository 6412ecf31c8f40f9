namespace Signals.Parquet.Reading.Columns;

/// <summary>A column whose rows each become one value of a type, or several of them for a vector.</summary>
/// <typeparam name="T">The type of a value.</typeparam>
internal abstract class ValueCursor<T> : ColumnCursor
    where T : unmanaged
{
    /// <summary>Begins before the first row.</summary>
    /// <param name="source">The path of the column in the file.</param>
    /// <param name="batchRows">The most rows of a batch.</param>
    /// <param name="perRow">How many values a row has.</param>
    protected ValueCursor(string source, int batchRows, int perRow = 1)
        : base(source, batchRows) => Values = new T[batchRows * perRow];

    /// <summary>The values of the batch, row after row; undefined where <see cref="ColumnCursor.Marks"/> says that there is none.</summary>
    public T[] Values { get; }
}
