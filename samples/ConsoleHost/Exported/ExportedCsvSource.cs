using System.Buffers.Text;
using System.Text;
using Signals.Samples.ConsoleHost.Csv;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Input;

namespace Signals.Samples.ConsoleHost.Exported;

/// <summary>
/// Events from a CSV file that `signals export` wrote: the same users, ids and states of columns. One thread. A row that is no event is
/// counted with its reason; reading goes on.
/// </summary>
internal sealed class ExportedCsvSource : IEventSource
{
    private const string FieldPrefix = "field:";
    private static readonly string[] Keys = ["user", "type", "time", "id"];

    private readonly InputSource _input;
    private readonly CsvReader _reader;
    private readonly CsvHeader _header;
    private readonly int[] _keys;
    private readonly int[][] _columns;

    private ExportedCsvSource(InputSource input, CsvReader reader, StoreSchema schema)
    {
        _input = input;
        _reader = reader;
        Schema = schema;
        _header = new CsvHeader(reader.Row);
        _keys = [.. Keys.Select(key => _header.Find("an exported file", key))];
        _columns =
            [.. schema.EventTypes.Select(type => type.Columns.Select(column => _header.FindOrMinus(HeaderOf(column.Name))).ToArray())];
    }

    /// <inheritdoc />
    public StoreSchema Schema { get; }

    /// <inheritdoc />
    public long RecordBegin => _reader.RowBegin;

    /// <inheritdoc />
    public long RecordEnd => _reader.RowEnd;

    /// <inheritdoc />
    public long Received => _reader.Received;

    /// <inheritdoc />
    public void ShowTo(SourceBeginning beginning) => _reader.ShowTo(beginning);

    /// <inheritdoc />
    public string? Unread => _reader.UnendedAt is { } at ? $"ends in a row without an end of line: it begins at byte {at}" : null;

    /// <inheritdoc />
    public RejectionTally Rejected { get; } = new();

    /// <inheritdoc />
    public double? Progress => _input.Progress;

    /// <summary>Reads the header of <paramref name="input"/>, which becomes owned by the result.</summary>
    public static async ValueTask<ExportedCsvSource> OpenAsync(InputSource input, StoreSchema schema, CancellationToken cancellationToken)
    {
        CsvReader reader = new(input.Pipe, CsvLimits.MaxExportedRowBytes);
        try
        {
            await reader.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
            return new ExportedCsvSource(input, reader, schema);
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _reader.WaitAsync(cancellationToken);

    /// <inheritdoc />
    public bool TryRead(SingleEvent single)
    {
        while (_reader.TryRead())
        {
            if (Problem(_reader.Row, single) is not { } problem)
            {
                return true;
            }

            Rejected.Add(problem, Rejected.Knows(problem) ? null : $"line {_reader.Row.RowLine}");
        }

        return false;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _input.DisposeAsync().ConfigureAwait(false);
    }

    // A field that is called like one of the keys has a prefix, which no name of a column can hold.
    private static string HeaderOf(string column) => Keys.Contains(column) ? FieldPrefix + column : column;

    private string? Problem(CsvRowParser row, SingleEvent single)
    {
        if (row.RowError is { } error)
        {
            return $"not CSV: {error}";
        }

        if (row.FieldCount != _header.Count)
        {
            return $"the row does not have the header's {_header.Count} columns";
        }

        if (!UserId.TryParse(Encoding.UTF8.GetString(row.Field(_keys[0])), out UserId user))
        {
            return "'user' is not what exports write: a number or 32 hexadecimal digits";
        }

        if (user.IsNobody)
        {
            return "'user' is 0, which is how a user that nobody set looks";
        }

        if (!Schema.TryGet(Encoding.UTF8.GetString(row.Field(_keys[1])), out EventTypeSchema? type))
        {
            return "'type' is not a known event type";
        }

        if (!TryWhole(row.Field(_keys[2]), out long timeMs))
        {
            return "'time' is not a number of milliseconds";
        }

        ReadOnlySpan<byte> id = row.Field(_keys[3]);
        if (!Utf8Parser.TryParse(id, out ulong number, out int used) || used != id.Length)
        {
            return "'id' is not a number";
        }

        single.Begin(type);
        (single.User, single.TimeMs, single.Id) = (user, timeMs, number);
        foreach (ColumnSchema column in type.Columns)
        {
            int at = _columns[type.Id][column.Id];
            if (at >= 0 && !ExportedCell.TrySet(single, column, row.Field(at), row.IsQuoted(at)))
            {
                return $"'{column.Name}' is not of kind {column.Type}";
            }
        }

        return null;
    }

    private static bool TryWhole(ReadOnlySpan<byte> cell, out long value) =>
        Utf8Parser.TryParse(cell, out value, out int used) && used == cell.Length;
}
