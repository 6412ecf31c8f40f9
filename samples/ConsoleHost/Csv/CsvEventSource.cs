using System.Text;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Input;
using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>Events from the rows of a CSV file. One thread. A row that is no event is counted with its reason; reading goes on.</summary>
internal sealed class CsvEventSource : IEventSource
{
    private const int MaxShownCell = 40;

    private readonly InputSource _input;
    private readonly CsvReader _reader;
    private readonly CsvHeader _header;
    private readonly CsvColumns _columns;
    private readonly EventTypeRule _typeRule;
    private readonly TimeParser _times;
    private readonly EventIdHash _id = new();
    private readonly Dictionary<(int Column, string Reason), string> _kinds = [];

    private CsvEventSource(InputSource input, CsvReader reader, EventMapping mapping, Retention retention)
    {
        _input = input;
        _reader = reader;
        _header = new CsvHeader(reader.Row);
        _columns = new CsvColumns(mapping, _header);
        _times = new TimeParser(mapping.TimeFormat);
        Schema = MappedSchema.Build(mapping, retention);
        _typeRule = new EventTypeRule(mapping.Type!, _columns, Schema);
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
    public static async ValueTask<CsvEventSource> OpenAsync(
        InputSource input, EventMapping mapping, Retention retention, CancellationToken cancellationToken)
    {
        CsvReader reader = new(input.Pipe);
        try
        {
            await reader.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
            return new CsvEventSource(input, reader, mapping, retention);
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
            if (TryMap(_reader.Row, single))
            {
                return true;
            }
        }
        return false;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _input.DisposeAsync().ConfigureAwait(false);
    }

    private bool TryMap(CsvRowParser row, SingleEvent single)
    {
        if (row.RowError is { } error)
        {
            return Reject("not CSV: text after a closing quote", error);
        }
        if (row.FieldCount != _header.Count)
        {
            return Reject($"the row does not have the header's {_header.Count} columns", $"it has {row.FieldCount}");
        }
        ReadOnlySpan<byte> user = row.Field(_columns.User).Trim(" \t"u8);
        if (user.IsEmpty)
        {
            return Reject($"no user: '{_header[_columns.User]}' is empty", null);
        }
        if (_typeRule.Find(row) is not { } eventType)
        {
            return RejectCell(_columns.Type, "not a known event type");
        }
        if (!_times.TryParse(row.Field(_columns.Time).Trim(" \t"u8), out long timeMs))
        {
            return RejectCell(_columns.Time, "not a time of the given format");
        }
        single.Begin(eventType);
        single.User = UserId.FromUtf8(user);
        single.TimeMs = timeMs;
        single.Id = HashId(row);
        return TrySetFields(row, single);
    }

    private bool TrySetFields(CsvRowParser row, SingleEvent single)
    {
        for (int column = 0; column < _columns.Fields.Length; column++)
        {
            if (!CellParser.TrySet(single, column, row.Field(_columns.Fields[column])))
            {
                return RejectCell(_columns.Fields[column], "not of kind ", single.EventType.Columns[column].Type);
            }
        }
        return true;
    }

    private ulong HashId(CsvRowParser row)
    {
        foreach (int column in _columns.Id)
        {
            _id.Add(row.Field(column));
        }
        return _id.Finish();
    }

    // A file of nothing but bad rows must not cost texts for each of them.
    private bool RejectCell(int column, string reason, ColumnType type = default)
    {
        if (!_kinds.TryGetValue((column, reason), out string? kind))
        {
            kind = type == default ? $"'{_header[column]}' is {reason}" : $"'{_header[column]}' is {reason}{type}";
            _kinds.Add((column, reason), kind);
        }

        if (Rejected.Knows(kind))
        {
            return Reject(kind, null);
        }

        ReadOnlySpan<byte> cell = _reader.Row.Field(column);
        string shown = Encoding.UTF8.GetString(cell[..Math.Min(cell.Length, MaxShownCell)]);
        string hint = column == _columns.Time && _times.Hint(cell.Trim(" \t"u8)) is { } known ? $"; {known}" : "";
        return Reject(kind, $"column {column + 1} is '{shown}'{hint}");
    }

    private bool Reject(string reason, string? detail)
    {
        if (Rejected.Knows(reason))
        {
            Rejected.Add(reason);
            return false;
        }

        string line = $"line {_reader.Row.RowLine}";
        Rejected.Add(reason, detail is null ? line : $"{line}: {detail}");
        return false;
    }
}
