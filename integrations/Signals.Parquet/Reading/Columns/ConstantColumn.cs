namespace Signals.Parquet.Reading.Columns;

/// <summary>A column that is a part of the path, such as <c>country=NL</c>: the same value in every row of the file.</summary>
internal sealed class ConstantColumn<T> : ValueCursor<T>
    where T : unmanaged
{
    /// <summary>Creates the column.</summary>
    /// <param name="name">The name in the path.</param>
    /// <param name="value">The value; null when the path says that it has none.</param>
    /// <param name="batchRows">The most rows of a batch.</param>
    public ConstantColumn(string name, T? value, int batchRows)
        : base(name, batchRows)
    {
        Array.Fill(Values, value.GetValueOrDefault());
        Array.Fill(Marks, value.HasValue ? RowMark.Value : RowMark.Missing);
    }

    public override void Read(int rows)
    {
        // The rows are filled once and never change.
    }

    public override string ReasonOf(int row) => $"column '{Source}' cannot be read.";

    public override void Dispose()
    {
        // It holds nothing.
    }
}
