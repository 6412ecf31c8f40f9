namespace Signals.Parquet.Writing;

/// <summary>Counts the rows of an export for its progress. Thread contract: any thread.</summary>
/// <param name="progress">Receives the counts; null for nobody.</param>
internal sealed class ExportTally(IProgress<ParquetProgress>? progress)
{
    private long _rows;
    private long _most;

    /// <summary>Adds rows that will come at most.</summary>
    public void Expect(long rows) => Interlocked.Add(ref _most, rows);

    /// <summary>Counts rows that were taken.</summary>
    public void Count(int rows)
    {
        long done = Interlocked.Add(ref _rows, rows);
        progress?.Report(new ParquetProgress(done, Interlocked.Read(ref _most), 0));
    }
}
