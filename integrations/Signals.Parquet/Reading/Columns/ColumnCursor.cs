namespace Signals.Parquet.Reading.Columns;

/// <summary>A column of a row group, read batch by batch in step with the others.</summary>
/// <remarks>Thread contract: one thread. Lifetime: that of the row group. Memory: that of a batch.</remarks>
internal abstract class ColumnCursor : IDisposable
{
    /// <summary>Begins before the first row.</summary>
    /// <param name="source">The path of the column in the file, for messages.</param>
    /// <param name="batchRows">The most rows of a batch.</param>
    protected ColumnCursor(string source, int batchRows)
    {
        Source = source;
        Marks = new RowMark[batchRows];
    }

    /// <summary>The path of the column in the file.</summary>
    public string Source { get; }

    /// <summary>What the column has in each row of the batch.</summary>
    public RowMark[] Marks { get; }

    /// <summary>Rows of the batch whose value cannot be taken.</summary>
    public int BadRows { get; protected set; }

    /// <summary>Reads the next rows, which replace those of the batch before.</summary>
    /// <exception cref="ParquetFileException">The column is damaged.</exception>
    public abstract void Read(int rows);

    /// <summary>What is wrong with the value of a bad row.</summary>
    public abstract string ReasonOf(int row);

    /// <inheritdoc/>
    public abstract void Dispose();
}
