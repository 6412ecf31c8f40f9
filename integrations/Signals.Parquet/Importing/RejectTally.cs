namespace Signals.Parquet.Importing;

/// <summary>Counts the rows of one import and keeps the first of those that were refused. Thread contract: any thread.</summary>
/// <param name="most">How many rows may be refused.</param>
/// <param name="allRows">The rows of all files.</param>
/// <param name="progress">Receives the counts; null for nobody.</param>
internal sealed class RejectTally(long most, long allRows, IProgress<ParquetProgress>? progress)
{
    private const int MostKept = 100;

    private readonly Lock _gate = new();
    private readonly List<ParquetReject> _kept = [];
    private long _rejected;
    private long _rows;
    private long _empty;

    /// <summary>Rows that were refused.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Rows that were read.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Rows that said nothing.</summary>
    public long Empty => Interlocked.Read(ref _empty);

    /// <summary>The first of the refused rows, in the order of files and rows.</summary>
    public IReadOnlyList<ParquetReject> Kept
    {
        get
        {
            lock (_gate)
            {
                return [.. _kept.OrderBy(reject => reject.File, StringComparer.Ordinal)
                    .ThenBy(reject => reject.RowGroup).ThenBy(reject => reject.Row)];
            }
        }
    }

    /// <summary>Counts a refused row.</summary>
    /// <exception cref="ParquetRejectedException">It is one too many.</exception>
    public void Reject(ParquetReject reject)
    {
        lock (_gate)
        {
            _rejected++;
            if (_rejected > most)
            {
                throw new ParquetRejectedException(reject, most);
            }

            if (_kept.Count < MostKept)
            {
                _kept.Add(reject);
            }
        }
    }

    /// <summary>Counts rows that were read, refused ones included.</summary>
    public void CountRows(int rows, int empty)
    {
        long done = Interlocked.Add(ref _rows, rows);
        Interlocked.Add(ref _empty, empty);
        progress?.Report(new ParquetProgress(done, allRows, Rejected));
    }
}
