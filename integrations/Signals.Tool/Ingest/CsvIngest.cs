using System.Globalization;
using Signals.Tool.Csv;

namespace Signals.Tool.Ingest;

/// <summary>
/// Appends the events of a CSV file as <c>export</c> writes it. A row that is no event, and an event that the store refuses, is counted
/// with its line, and reading goes on.
/// </summary>
/// <remarks>Thread contract: one run at a time. Memory is one row and one batch.</remarks>
internal sealed class CsvIngest
{
    private const int BatchEvents = 256;
    private const string FieldPrefix = "field:";
    private static readonly string[] Keys = ["user", "type", "time", "id"];

    private readonly SignalStore _store;
    private readonly Rejects _rejects;
    private readonly List<Pending> _pending = [];
    private AppendTicket _last;
    private long _accepted;

    public CsvIngest(SignalStore store, Rejects rejects)
    {
        _store = store;
        _rejects = rejects;
    }

    /// <summary>Events that the store took, including those that it already had. Any thread.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Reads to the end, and waits until the last event is acknowledged.</summary>
    /// <exception cref="UsageException">The file is no CSV, or a column is missing.</exception>
    public async Task RunAsync(string path, Stream input, CancellationToken cancellationToken)
    {
        Read(path, input, cancellationToken);
        await _store.WaitAsync(_last, cancellationToken).ConfigureAwait(false);
    }

    private void Read(string path, Stream input, CancellationToken cancellationToken)
    {
        using CsvFile file = new(path, input);
        Header header = file.Read()
            ? new Header(path, file, _store.Schema)
            : throw new UsageException($"'{path}' is empty; its first line must name the columns.");
        while (file.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            SingleEvent single = new();
            if (header.Problem(file, single) is { } problem)
            {
                _rejects.Add(LineOf(file), problem);
                continue;
            }

            _pending.Add(new Pending(single, LineOf(file)));
            if (_pending.Count == BatchEvents)
            {
                Append(cancellationToken);
            }
        }

        Append(cancellationToken);
    }

    private static string LineOf(CsvFile file) => string.Create(CultureInfo.InvariantCulture, $"line {file.Line}");

    // A batch is refused as a whole, so its events are then tried one by one.
    private void Append(CancellationToken cancellationToken)
    {
        foreach (IGrouping<EventTypeSchema, Pending> group in _pending.GroupBy(pending => pending.Event.EventType))
        {
            Pending[] events = [.. group];
            if (TryAppend(group.Key, events, cancellationToken) is not { } refusal)
            {
                continue;
            }

            foreach (Pending one in events)
            {
                EventRejectedException? reason = events.Length == 1 ? refusal : TryAppend(group.Key, [one], cancellationToken);
                if (reason is not null)
                {
                    _rejects.Add(one.Line, reason.Message);
                }
            }
        }

        _pending.Clear();
    }

    private EventRejectedException? TryAppend(EventTypeSchema type, Pending[] events, CancellationToken cancellationToken)
    {
        EventBatch batch = _store.CreateBatch(type.Name, events.Length);
        foreach (Pending one in events)
        {
            one.Event.AddTo(batch);
        }

        try
        {
            _last = _store.Append(batch, cancellationToken);
        }
        catch (EventRejectedException refusal)
        {
            return refusal;
        }

        Volatile.Write(ref _accepted, _accepted + events.Length);
        return null;
    }

    private readonly record struct Pending(SingleEvent Event, string Line);

    /// <summary>Which column of the file is what. Immutable.</summary>
    private sealed class Header
    {
        private readonly StoreSchema _schema;
        private readonly int _count;
        private readonly int[] _keys;
        private readonly int[][] _columns;

        public Header(string path, CsvFile file, StoreSchema schema)
        {
            List<string> names = [];
            for (int at = 0; at < file.CellCount; at++)
            {
                names.Add(file.Cell(at).ToString());
            }

            _schema = schema;
            _count = names.Count;
            _keys = [.. Keys.Select(key => names.IndexOf(key) is >= 0 and int at
                ? at
                : throw new UsageException($"'{path}' has no column '{key}'; its first line names: {string.Join(", ", names)}."))];
            _columns =
            [
                .. schema.EventTypes.Select(type => type.Columns.Select(column => names.IndexOf(NameOf(column))).ToArray()),
            ];
            string[] unknown =
            [
                .. names.Except(Keys).Except(schema.EventTypes.SelectMany(type => type.Columns).Select(NameOf)),
            ];
            if (unknown.Length > 0)
            {
                throw new UsageException($"'{path}' has columns that the store does not have: {string.Join(", ", unknown)}.");
            }
        }

        /// <summary>Fills an event from a row. Says why when the row is none.</summary>
        public string? Problem(CsvFile row, SingleEvent single)
        {
            if (row.CellCount != _count)
            {
                return $"it has {Count.Of(row.CellCount, "cell")}; the first line names {_count}";
            }

            try
            {
                return Fill(row, single);
            }
            catch (FormatException wrong)
            {
                return wrong.Message;
            }
        }

        private string? Fill(CsvFile row, SingleEvent single)
        {
            ReadOnlySpan<char> name = row.Cell(_keys[0]);
            if (!UserId.TryParse(name, out UserId user) || user.IsNobody)
            {
                return $"'{name}' is no user as exports write it: a number from 1, or 32 hexadecimal digits";
            }

            string typeName = row.Cell(_keys[1]).ToString();
            if (!_schema.TryGet(typeName, out EventTypeSchema? type))
            {
                return $"the store has no event type '{typeName}'";
            }

            ReadOnlySpan<char> time = row.Cell(_keys[2]);
            if (!long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long timeMs))
            {
                return $"'{time}' is no time in milliseconds since 1970";
            }

            ReadOnlySpan<char> id = row.Cell(_keys[3]);
            if (!ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
            {
                return $"'{id}' is no event id, a number from 0";
            }

            single.Begin(type);
            (single.User, single.TimeMs, single.Id) = (user, timeMs, number);
            foreach (ColumnSchema column in type.Columns)
            {
                int at = _columns[type.Id][column.Id];
                if (at >= 0 && !CellText.TrySet(single, column, row.Cell(at, out bool isQuoted), isQuoted))
                {
                    return $"the cell of '{column.Name}' is no {column.Type}";
                }
            }

            return null;
        }

        // A field that is called like one of the keys has a prefix, which no name of a column can hold.
        private static string NameOf(ColumnSchema column) => Keys.Contains(column.Name) ? FieldPrefix + column.Name : column.Name;
    }
}
