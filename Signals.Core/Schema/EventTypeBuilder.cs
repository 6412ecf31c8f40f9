using Signals.Core.Schema;

namespace Signals;

/// <summary>Collects the columns and limits of one event type. For one thread, inside <see cref="StoreSchema.Define"/>.</summary>
public sealed class EventTypeBuilder
{
    private readonly List<ColumnSchema> _columns = [];
    private int _keepLast = int.MaxValue;
    private TimeSpan? _maxAge;
    private TimeSpan? _window;

    internal EventTypeBuilder(string name)
    {
        SchemaLimits.CheckName(name);
        Name = name;
    }

    internal string Name { get; }

    /// <summary>Adds a number or boolean that arrives with the event.</summary>
    /// <typeparam name="T">bool, an integer of 8 to 64 bits, <see cref="Half"/>, float or double.</typeparam>
    public EventTypeBuilder Field<T>(string name)
        where T : unmanaged => Add(name, ColumnType.Scalar<T>(), ColumnRole.Field);

    /// <summary>Adds a text that arrives with the event.</summary>
    public EventTypeBuilder Text(string name) => Add(name, ColumnType.Text, ColumnRole.Field);

    /// <summary>Adds a byte string that arrives with the event.</summary>
    public EventTypeBuilder Bytes(string name) => Add(name, ColumnType.Bytes, ColumnRole.Field);

    /// <summary>Adds a vector that arrives with the event.</summary>
    /// <typeparam name="T">float, <see cref="Half"/> or sbyte.</typeparam>
    /// <param name="name">The column's name.</param>
    /// <param name="dimensions">The number of components of every value, 1 to 16384.</param>
    public EventTypeBuilder Vector<T>(string name, int dimensions)
        where T : unmanaged => Add(name, ColumnType.Vector<T>(dimensions), ColumnRole.Field);

    /// <summary>Adds a number or boolean that is joined on later.</summary>
    /// <typeparam name="T">bool, an integer of 8 to 64 bits, <see cref="Half"/>, float or double.</typeparam>
    public EventTypeBuilder Enrichment<T>(string name)
        where T : unmanaged => Add(name, ColumnType.Scalar<T>(), ColumnRole.Enrichment);

    /// <summary>Adds a text that is joined on later.</summary>
    public EventTypeBuilder EnrichmentText(string name) => Add(name, ColumnType.Text, ColumnRole.Enrichment);

    /// <summary>Adds a byte string that is joined on later.</summary>
    public EventTypeBuilder EnrichmentBytes(string name) => Add(name, ColumnType.Bytes, ColumnRole.Enrichment);

    /// <summary>Adds a vector that is joined on later.</summary>
    /// <typeparam name="T">float, <see cref="Half"/> or sbyte.</typeparam>
    /// <param name="name">The column's name.</param>
    /// <param name="dimensions">The number of components of every value, 1 to 16384.</param>
    public EventTypeBuilder EnrichmentVector<T>(string name, int dimensions)
        where T : unmanaged => Add(name, ColumnType.Vector<T>(dimensions), ColumnRole.Enrichment);

    /// <summary>
    /// Says that the column that was added last had another name before. A store that has the column under that name keeps its data under
    /// the new one, and finds it under both. Leave the statement in the code as long as a store may not have been opened with it.
    /// </summary>
    /// <param name="formerName">The name before. Call it once for each name that the column had.</param>
    /// <exception cref="ArgumentException">The name is malformed, or used by a column of the event type already.</exception>
    /// <exception cref="InvalidOperationException">No column was added yet.</exception>
    public EventTypeBuilder RenamedFrom(string formerName)
    {
        SchemaLimits.CheckName(formerName);
        if (_columns.Count == 0)
        {
            throw new InvalidOperationException(
                $"Event type '{Name}' has no column yet that could have been '{formerName}'; call RenamedFrom after the column.");
        }

        ColumnSchema column = _columns[^1];
        RequireFree(formerName, nameof(formerName));
        if (column.FormerNames.Count == SchemaLimits.MaxFormerNames)
        {
            throw new ArgumentException(
                $"Column '{Name}.{column.Name}' has more than {SchemaLimits.MaxFormerNames} former names.", nameof(formerName));
        }

        _columns[^1] = new ColumnSchema(column.Name, column.Id, column.Type, column.Role, [.. column.FormerNames, formerName]);
        return this;
    }

    /// <summary>Keeps only each user's newest events of this type. Without this call all events are kept.</summary>
    /// <param name="events">How many events to keep, at least 1.</param>
    public EventTypeBuilder KeepLast(int events)
    {
        SchemaLimits.CheckKeepLast(events);
        _keepLast = events;
        return this;
    }

    /// <summary>Forgets events older than this, by event time. Without this call age does not matter.</summary>
    /// <param name="age">Whole milliseconds, more than zero.</param>
    public EventTypeBuilder MaxAge(TimeSpan age)
    {
        SchemaLimits.CheckMaxAge(age);
        _maxAge = age;
        return this;
    }

    /// <summary>
    /// Sets the length of the time windows that divide the tables. It can never change again. Without this call the length is a
    /// sixteenth of the max age, but at least 1 hour and at most 30 days; it is 30 days when there is no max age.
    /// </summary>
    /// <param name="length">Whole milliseconds, from one minute to 3650 days.</param>
    public EventTypeBuilder Window(TimeSpan length)
    {
        SchemaLimits.CheckWindow(length);
        _window = length;
        return this;
    }

    internal EventTypeBuilder Add(string name, ColumnType type, ColumnRole role)
    {
        SchemaLimits.CheckColumn(name, type, role);
        if (_columns.Count == SchemaLimits.MaxColumns)
        {
            throw new ArgumentException($"Event type '{Name}' has more than {SchemaLimits.MaxColumns} columns.", nameof(name));
        }

        RequireFree(name, nameof(name));
        _columns.Add(new ColumnSchema(name, (ushort)_columns.Count, type, role));
        return this;
    }

    private void RequireFree(string name, string parameter)
    {
        if (_columns.Find(column => column.AllNames().Contains(name)) is { } other)
        {
            throw new ArgumentException(
                other.Name == name
                    ? $"Column '{Name}.{name}' is declared twice."
                    : $"'{name}' is a former name of column '{Name}.{other.Name}'; no other column can have or have had it.",
                parameter);
        }
    }

    internal EventTypeSchema Build(ushort id) =>
        new(Name, id, _columns, _keepLast, _maxAge, _window ?? SchemaLimits.DefaultWindow(_maxAge), _window is not null);
}
