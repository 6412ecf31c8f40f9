namespace Signals.Parquet.Reading.Columns;

/// <summary>A column whose rows are bytes or text.</summary>
internal abstract class BytesCursor : ColumnCursor
{
    /// <summary>Begins before the first row.</summary>
    protected BytesCursor(string source, int batchRows)
        : base(source, batchRows)
    {
    }

    /// <summary>The bytes of a row of the batch. Valid until the next batch.</summary>
    public abstract ReadOnlySpan<byte> ValueOf(int row);
}
