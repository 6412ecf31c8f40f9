using Signals.Storage.Reads;

namespace Signals;

/// <summary>
/// Builds a <see cref="SequenceQuery"/>. Without further calls it reads every event, newest first, with every column.
/// </summary>
/// <remarks>
/// Thread contract: one thread. A mistake is reported by the call that makes it. Mistakes in combinations are reported by
/// <see cref="Build"/>.
/// </remarks>
public sealed class SequenceQueryBuilder
{
    private readonly EventTypeSchema[] _types;
    private readonly Dictionary<ushort, int> _lastOfType = [];
    private string[]? _columns;
    private int _last = int.MaxValue;
    private long _from = long.MinValue;
    private long _to = long.MaxValue;
    private SequenceOrder _order;
    private int _early = int.MaxValue;

    internal SequenceQueryBuilder(StoreSchema schema, ReadOnlySpan<string> eventTypes)
    {
        if (eventTypes.IsEmpty)
        {
            throw new ArgumentException("The query names no event type; name at least one.", nameof(eventTypes));
        }

        _types = new EventTypeSchema[eventTypes.Length];
        for (int i = 0; i < eventTypes.Length; i++)
        {
            _types[i] = schema[eventTypes[i]];
            if (Array.IndexOf(_types, _types[i]) != i)
            {
                throw new ArgumentException($"The event type '{eventTypes[i]}' is named twice.", nameof(eventTypes));
            }
        }

        // Events of equal time are ordered by event type id, so types are merged in that order, whatever order they are named in.
        Array.Sort(_types, static (a, b) => a.Id.CompareTo(b.Id));
    }

    // In the order of their ids.
    private SequenceQueryBuilder(EventTypeSchema[] types) => _types = types;

    /// <summary>
    /// Reads what an erasure has to reach: all that reads can show, now or when a drop is taken back, and what files still hold of event
    /// types whose drop is final. A checkpoint that is erased up to the same time may have those undropped.
    /// </summary>
    internal static SequenceQueryBuilder OfAll(StoreSchema schema) => new([.. schema.EventTypes]);

    /// <summary>Returns at most <paramref name="count"/> events over all types, the newest ones.</summary>
    public SequenceQueryBuilder Last(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        _last = count;
        return this;
    }

    /// <summary>
    /// Returns at most <paramref name="count"/> events of one type, the newest ones. The limit applies before types are merged.
    /// </summary>
    public SequenceQueryBuilder Last(string eventType, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        EventTypeSchema type = Array.Find(_types, read => read.IsCalled(eventType))
            ?? throw new ArgumentException($"The query does not read the event type '{eventType}'.", nameof(eventType));
        _lastOfType[type.Id] = count;
        return this;
    }

    /// <summary>Returns only events with <paramref name="from"/> &lt;= time &lt; <paramref name="to"/>.</summary>
    public SequenceQueryBuilder Between(DateTimeOffset from, DateTimeOffset to) =>
        Between(from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());

    /// <summary>
    /// Returns only events with <paramref name="fromMs"/> &lt;= time &lt; <paramref name="toMs"/>, milliseconds since the Unix
    /// epoch, UTC.
    /// </summary>
    public SequenceQueryBuilder Between(long fromMs, long toMs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fromMs, toMs);
        _from = fromMs;
        _to = toMs;
        return this;
    }

    /// <summary>Orders the answer by time, newest event first.</summary>
    public SequenceQueryBuilder NewestFirst()
    {
        _order = SequenceOrder.NewestFirst;
        return this;
    }

    /// <summary>Orders the answer by time, oldest event first. The limits still keep the newest events.</summary>
    public SequenceQueryBuilder OldestFirst()
    {
        _order = SequenceOrder.OldestFirst;
        return this;
    }

    /// <summary>Returns only these columns. Call it without names for times, ids and event types alone.</summary>
    public SequenceQueryBuilder Columns(params ReadOnlySpan<string> names)
    {
        _columns = [.. names];
        return this;
    }

    /// <summary>
    /// For a reader that chooses among the rows: only the first <paramref name="count"/> columns are gathered before it has
    /// chosen.
    /// </summary>
    internal SequenceQueryBuilder Early(int count)
    {
        _early = count;
        return this;
    }

    /// <summary>Checks the query and prepares it.</summary>
    /// <exception cref="ArgumentException">No type has one of the columns, or two types have it with different kinds.</exception>
    public SequenceQuery Build()
    {
        string[] names = _columns
            ??
            [
                .. _types.SelectMany(type => type.Columns).Where(column => !column.IsDropped).Select(column => column.Name)
                    .Distinct(StringComparer.Ordinal),
            ];
        ColumnType[] columns = new ColumnType[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            columns[i] = TypeOf(names[i]);
            if (Array.IndexOf(names, names[i]) != i)
            {
                throw new ArgumentException($"The column '{names[i]}' is named twice.");
            }
        }

        QueryType[] types = Array.ConvertAll(_types, type =>
        {
            int[] indexes = Array.ConvertAll(names, name => IndexIn(type, name));
            int last = _lastOfType.TryGetValue(type.Id, out int count) ? Math.Min(count, _last) : _last;
            return new QueryType(type, last, indexes, Stored(indexes), Stored(indexes.Take(_early)));
        });
        return new SequenceQuery(types, names, columns, Math.Min(_early, columns.Length))
        {
            Last = _last,
            FromMs = _from,
            ToMs = _to,
            Order = _order,
        };

        static int[] Stored(IEnumerable<int> indexes) => [.. indexes.Where(index => index >= 0).Distinct().Order()];
    }

    // A column that was named is found by a former name, too. But all columns of several types are not: where a former name of one type is
    // a column of another, it means only that one.
    private int IndexIn(EventTypeSchema type, string column) => _columns is null ? type.IndexOfCurrent(column) : type.IndexOf(column);

    private ColumnType TypeOf(string column)
    {
        EventTypeSchema? owner = null;
        ColumnType found = default;
        foreach (EventTypeSchema type in _types)
        {
            int index = IndexIn(type, column);
            if (index < 0)
            {
                continue;
            }

            ColumnType here = type.Columns[index].Type;
            if (owner is not null && !here.Equals(found))
            {
                throw new ArgumentException(
                    $"The column '{column}' is {found} in '{owner.Name}' and {here} in '{type.Name}'; read these types apart.");
            }

            owner = type;
            found = here;
        }

        return owner is not null
            ? found
            : throw new ArgumentException(
                $"None of the event types {string.Join(", ", _types.Select(type => $"'{type.Name}'"))} "
                + $"has a column '{column}'.");
    }
}
