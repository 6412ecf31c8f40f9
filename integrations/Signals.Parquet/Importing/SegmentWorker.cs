using Signals.Offline;

namespace Signals.Parquet.Importing;

/// <summary>
/// Reads some row groups and writes their rows into one segment, from columns to columns. Files of ours are sorted by user, so several
/// of them, such as those of the days of a month, are merged by user: then the segment needs no sorting.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: one run; an error leaves no segment.</remarks>
internal sealed class SegmentWorker(
    EventTypeSchema type, ParquetImportOptions options, SegmentOptions segment, string path, RejectTally tally)
{
    private const int MostBatchRows = 8192;
    private const long BatchBytes = 16 << 20;
    private const int MostMergedFiles = 32;
    private const int MergedBatchRows = 1024;

    private long _taken;
    private int _empty;

    /// <summary>Reads the row groups.</summary>
    /// <returns>The segment; null when no row was taken.</returns>
    public SegmentInfo? Run(IReadOnlyList<ImportUnit> units, CancellationToken cancellationToken)
    {
        using SegmentWriter writer = SegmentWriter.Create(path, type, segment);
        foreach (ImportUnit[][] group in units
            .GroupBy(unit => unit.Source.File)
            .Select(file => file.ToArray())
            .Chunk(MostMergedFiles))
        {
            if (group.Length > 1 && group.All(file => file[0].IsSorted))
            {
                Merge(group, writer, cancellationToken);
            }
            else
            {
                ReadThrough([.. group.SelectMany(file => file)], writer, cancellationToken);
            }
        }

        return _taken > 0 || segment.CorrectedDays is not null ? writer.Finish() : null;
    }

    private void ReadThrough(ImportUnit[] units, SegmentWriter writer, CancellationToken cancellationToken)
    {
        using RowSource source = new(type, options, units, MostBatchRows, BatchBytes);
        while (source.TryRead())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Take(source, source.Count, writer);
            Count(source.Count);
        }
    }

    private void Merge(ImportUnit[][] files, SegmentWriter writer, CancellationToken cancellationToken)
    {
        List<RowSource> sources = [];
        try
        {
            PriorityQueue<RowSource, (UserId User, int File)> next = new();
            for (int i = 0; i < files.Length; i++)
            {
                sources.Add(new RowSource(type, options, files[i], MergedBatchRows, BatchBytes / files.Length));
                Enqueue(next, sources[i], i, cancellationToken);
            }

            while (next.TryDequeue(out RowSource? source, out (UserId User, int File) key))
            {
                int row = source.Row;
                while (row < source.Count && source.Columns.Users[row] == key.User)
                {
                    row++;
                }

                Take(source, row, writer);
                Enqueue(next, source, key.File, cancellationToken);
            }
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    private void Enqueue(
        PriorityQueue<RowSource, (UserId User, int File)> next, RowSource source, int file, CancellationToken cancellationToken)
    {
        if (source.Row == source.Count)
        {
            Count(source.Count);
            cancellationToken.ThrowIfCancellationRequested();
            if (!source.TryRead())
            {
                return;
            }
        }

        next.Enqueue(source, (source.User, file));
    }

    private void Count(int rows)
    {
        tally.CountRows(rows, _empty);
        _empty = 0;
    }

    // Takes the rows of the batch up to one.
    private void Take(RowSource source, int end, SegmentWriter writer)
    {
        RowGroupColumns columns = source.Columns;
        bool allGood = columns.AllGood;
        for (int row = source.Row; row < end; row++)
        {
            if (!allGood && columns.RefusalOf(row) is { } reason)
            {
                tally.Reject(new ParquetReject(source.Unit.Source.File, source.Unit.RowGroup, source.PlaceOf(row), reason));
                continue;
            }

            TakeRow(columns, row, writer);
        }

        source.Row = end;
    }

    private void TakeRow(RowGroupColumns columns, int row, SegmentWriter writer)
    {
        if (options.Rows == ParquetRowMeaning.Retractions)
        {
            writer.Retract(columns.Users[row], columns.Times[row], columns.IdOf(row));
            _taken++;
            return;
        }

        bool isEvent = options.Rows == ParquetRowMeaning.Events;
        if (!isEvent && !columns.HasCells(row))
        {
            _empty++;
            return;
        }

        EventRow target = isEvent
            ? writer.Insert(columns.Users[row], columns.Times[row], columns.IdOf(row))
            : writer.Correct(columns.Users[row], columns.Times[row], columns.IdOf(row));
        foreach (Cell cell in columns.Cells)
        {
            cell.Set(target, row);
        }

        _taken++;
    }
}
