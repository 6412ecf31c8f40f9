using ParquetSharp;
using Signals.Parquet.Reading;

namespace Signals.Parquet.Importing;

/// <summary>The row groups of one file, one after the other, as batches of open columns with a current row.</summary>
/// <remarks>Thread contract: one thread. Lifetime: until disposed. Memory: a batch, and a page of each column.</remarks>
internal sealed class RowSource : IDisposable
{
    private const int LeastBatchRows = 64;

    private readonly EventTypeSchema _type;
    private readonly ParquetImportOptions _options;
    private readonly IReadOnlyList<ImportUnit> _units;
    private readonly int _mostBatchRows;
    private readonly long _batchBytes;
    private SourceFile? _file;
    private FileMapping? _mapping;
    private RowGroupReader? _reader;
    private RowGroupColumns? _columns;
    private int _unit = -1;
    private long _first; // of the batch, in the row group
    private int _batchRows;

    /// <summary>Begins before the first row.</summary>
    /// <param name="type">The event type.</param>
    /// <param name="options">What the columns mean.</param>
    /// <param name="units">Row groups; neighbours of one file share the open file.</param>
    /// <param name="mostBatchRows">The most rows of a batch.</param>
    /// <param name="batchBytes">About how many bytes a batch has at most.</param>
    public RowSource(
        EventTypeSchema type, ParquetImportOptions options, IReadOnlyList<ImportUnit> units, int mostBatchRows, long batchBytes)
    {
        (_type, _options, _units) = (type, options, units);
        (_mostBatchRows, _batchBytes) = (mostBatchRows, batchBytes);
    }

    /// <summary>The open columns of the batch.</summary>
    public RowGroupColumns Columns => _columns!;

    /// <summary>The rows of the batch.</summary>
    public int Count { get; private set; }

    /// <summary>The next row of the batch to take.</summary>
    public int Row { get; set; }

    /// <summary>The row group of the batch.</summary>
    public ImportUnit Unit => _units[_unit];

    /// <summary>The user of the current row.</summary>
    public UserId User => Columns.Users[Row];

    /// <summary>The place of a row of the batch in its row group.</summary>
    public long PlaceOf(int row) => _first + row;

    /// <summary>Reads the next batch. False at the end.</summary>
    /// <exception cref="ParquetFileException">The file is damaged.</exception>
    public bool TryRead()
    {
        _first += Count;
        (Row, Count) = (0, 0);
        while (_reader is null || _first == Unit.Rows)
        {
            if (!TryOpenNext())
            {
                return false;
            }
        }

        Count = (int)Math.Min(_batchRows, Unit.Rows - _first);
        Columns.Read(Count);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseGroup();
        _file?.Dispose();
        _file = null;
    }

    private bool TryOpenNext()
    {
        CloseGroup();
        if (++_unit == _units.Count)
        {
            _unit--;
            return false;
        }

        if (_file is null || _file.Path != Unit.Source.File)
        {
            _file?.Dispose();
            _file = null;
            _file = SourceFile.OpenAgain(Unit.Source.File, Unit.Stamp);
            _mapping = new FileMapping(_file, Unit.Source, _type, _options);
        }

        _first = 0;
        _reader = _file.OpenGroup(Unit.RowGroup);

        // Rows of long texts or wide vectors come in smaller batches, so that memory does not depend on the width of a row. The schema
        // is looked at, too, because a file may say anything of its bytes.
        long bytesPerRow = Math.Max(
            1 + _type.Columns.Sum(column => (long)column.Type.Width), _reader.MetaData.TotalByteSize / Math.Max(1, Unit.Rows));
        _batchRows = (int)Math.Clamp(_batchBytes / bytesPerRow, LeastBatchRows, _mostBatchRows);
        _columns = _mapping!.Open(_reader, Unit.RowGroup, _batchRows);
        return true;
    }

    private void CloseGroup()
    {
        _columns?.Dispose();
        _reader?.Dispose();
        (_columns, _reader) = (null, null);
    }
}
