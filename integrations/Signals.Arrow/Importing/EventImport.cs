using Apache.Arrow;
using Signals.Offline;

namespace Signals.Arrow.Importing;

/// <summary>Reads files into one segment. Thread contract: one thread. Lifetime: one run; an error leaves no segment.</summary>
internal sealed class EventImport(EventTypeSchema type, ArrowImportOptions options, CancellationToken cancellationToken)
{
    private long _rows;
    private long _taken;

    /// <summary>Writes the segment.</summary>
    /// <param name="path">Its path.</param>
    public ArrowImportResult Run(string path)
    {
        IReadOnlyList<string> files = BatchFile.List(options.Path);
        using SegmentWriter writer = SegmentWriter.Create(path, type, options.Segment);
        foreach (string name in files)
        {
            using BatchFile file = BatchFile.Open(name);
            EventColumns columns = new(name, file.Schema, type);
            while (file.Next() is { } batch)
            {
                using (batch)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Take(name, columns, batch, writer);
                }
            }
        }

        bool isSegment = _taken > 0 || options.Segment.CorrectedDays is not null;
        return new ArrowImportResult(isSegment ? writer.Finish() : null, files.Count, _rows);
    }

    private void Take(string file, EventColumns columns, RecordBatch batch, SegmentWriter writer)
    {
        BatchFile.Guard(file, "a batch", () =>
        {
            columns.Bind(batch);
            for (int row = 0; row < batch.Length; row++)
            {
                TakeRow(columns, row, writer);
            }

            return true;
        });
        _rows += batch.Length;
        options.Progress?.Report(_rows);
    }

    private void TakeRow(EventColumns columns, int row, SegmentWriter writer)
    {
        // A correction without a cell says nothing.
        if (options.AreCorrections && columns.Cells.All(cell => cell.StateOf(row) == ColumnState.Absent))
        {
            return;
        }

        _taken++;
        UserId user = columns.UserOf(row);
        EventRow target = options.AreCorrections
            ? writer.Correct(user, columns.TimeOf(row), columns.IdOf(row))
            : writer.Insert(user, columns.TimeOf(row), columns.IdOf(row));
        foreach (ArrowCell cell in columns.Cells)
        {
            switch (cell.StateOf(row))
            {
                case ColumnState.Value:
                    cell.SetValue(target, row);
                    break;
                case ColumnState.Null:
                    target.SetNull(cell.ColumnName);
                    break;
                case null:
                    throw columns.Wrong(cell.Name, row, "a value where its states say that there is none, or the other way round,");
            }
        }
    }
}
