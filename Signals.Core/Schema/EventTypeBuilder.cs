using Signals.Core.Schema;

namespace Signals;

/// <summary>Collects the columns and limits of one event type. For one thread, inside <see cref="StoreSchema.Define"/>.</summary>
public sealed class EventTypeBuilder
{
    private readonly List<ColumnSchema> _columns = [];
    private readonly List<string> _dropped = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal); // the names of columns that are not dropped
    private readonly List<string> _formerNames = [];
    private int _keepLast = int.MaxValue;
    private TimeSpan? _maxAge;
    private TimeSpan? _window;

    internal EventTypeBuilder(string name)
    {
        SchemaLimits.CheckName(name);
        Name = name;
    }

    internal string Name { get; }

    /// <summary>
    /// Says that the event type had another name before. A store that has it under that name keeps its events under the new one, and finds
    /// it under both. Leave the statement in the code as long as a store may not have been opened with it.
    /// </summary>
    /// <param name="formerName">The name before. Call it once for each name that the event type had.</param>
    /// <exception cref="ArgumentException">The name is malformed, that of the event type itself, or stated twice.</exception>
    public EventTypeBuilder TypeRenamedFrom(string formerName)
    {
        SchemaLimits.CheckName(formerName);
        if (formerName == Name || _formerNames.Contains(formerName))
        {
            throw new ArgumentException(
                $"Event type '{Name}' states the former name '{formerName}' twice, or has it now.", nameof(formerName));
        }

        if (_formerNames.Count == SchemaLimits.MaxFormerNames)
        {
            throw new ArgumentException(
                $"Event type '{Name}' has more than {SchemaLimits.MaxFormerNames} former names.", nameof(formerName));
        }

        _formerNames.Add(formerName);
        return this;
    }

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

        _columns[^1] = column.With(formerNames: [.. column.FormerNames, formerName]);
        if (!column.IsDropped)
        {
            _taken.Add(formerName);
        }

        return this;
    }

    /// <summary>
    /// Says which narrower type the column that was added last had at first. A store that was widened knows that by itself. Two must be
    /// told: a salvage whose manifest is lost, and a store that is new while its log still has segments with the narrow type. A store that
    /// has the column already ignores the statement. To make a column wider, declare it with the wide type.
    /// </summary>
    /// <param name="first">The type at first. The column's own must hold all its values.</param>
    /// <exception cref="ArgumentException">The column's type does not hold all values of this one.</exception>
    /// <exception cref="InvalidOperationException">No column was added yet.</exception>
    public EventTypeBuilder WidenedFrom(ColumnType first)
    {
        ColumnSchema column = _columns.Count > 0 ? _columns[^1] : throw new InvalidOperationException(
            $"Event type '{Name}' has no column yet that could have been {first}; call WidenedFrom after the column.");
        _columns[^1] = column.Type.Holds(first)
            ? column.With(first: first)
            : throw new ArgumentException($"Column '{Name}.{column.Name}' of {column.Type} cannot have been {first}.", nameof(first));
        return this;
    }

    /// <summary>
    /// Drops a column of the store: it is hidden at once, and compaction reclaims its bytes when the grace
    /// (<c>StoreOptions.RetentionGrace</c>) is over and the store was opened once more. Until then declaring it again, without this
    /// statement, takes that back with all data. A column that is merely left out of the declaration stays. A store that has no such column
    /// ignores the statement.
    /// </summary>
    /// <param name="name">A name that the column has or had.</param>
    /// <exception cref="ArgumentException">The name is malformed, or a column of this declaration.</exception>
    public EventTypeBuilder Dropped(string name)
    {
        SchemaLimits.CheckName(name);
        if (_dropped.Contains(name) || _columns.Exists(column => column.AllNames().Contains(name)))
        {
            throw new ArgumentException($"Column '{Name}.{name}' is both declared and dropped, or dropped twice.", nameof(name));
        }

        _dropped.Add(name);
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
        RequireRoom(name);
        RequireFree(name, nameof(name));
        _taken.Add(name);
        _columns.Add(new ColumnSchema(name, (ushort)_columns.Count, type, role));
        return this;
    }

    private void RequireRoom(string name)
    {
        if (_columns.Count == SchemaLimits.MaxColumns)
        {
            throw new ArgumentException($"Event type '{Name}' has more than {SchemaLimits.MaxColumns} columns.", nameof(name));
        }
    }

    private void RequireFree(string name, string parameter)
    {
        if (_dropped.Contains(name))
        {
            throw new ArgumentException($"Column '{Name}.{name}' is both declared and dropped, or dropped twice.", parameter);
        }

        if (_taken.Contains(name))
        {
            ColumnSchema other = _columns.Find(column => !column.IsDropped && column.AllNames().Contains(name))!;
            throw new ArgumentException(
                other.Name == name
                    ? $"Column '{Name}.{name}' is declared twice."
                    : $"'{name}' is a former name of column '{Name}.{other.Name}'; no other column can have or have had it.",
                parameter);
        }
    }

    /// <summary>
    /// Adds a column that the store has dropped, so that the columns behind it keep their places. It is for the schema of a store that lost
    /// its own (<c>SignalStore.Salvage</c>); a program that drops a column calls <see cref="Dropped"/>. Other columns may have its names.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The kind and dimensions of its values.</param>
    /// <param name="role">Whether its values arrived with the event.</param>
    /// <param name="formerNames">The names that it had before.</param>
    /// <param name="isFinal">
    /// Whether it can no longer be taken back (<see cref="ColumnSchema.IsDropFinal"/>). If it can, the grace begins anew when the store is
    /// opened next.
    /// </param>
    /// <exception cref="ArgumentException">A name is malformed, or a limit is exceeded.</exception>
    public EventTypeBuilder AddDropped(
        string name, ColumnType type, ColumnRole role, IReadOnlyCollection<string> formerNames, bool isFinal)
    {
        ArgumentNullException.ThrowIfNull(formerNames);
        if (formerNames.Count > SchemaLimits.MaxFormerNames)
        {
            throw new ArgumentException(
                $"Column '{Name}.{name}' has more than {SchemaLimits.MaxFormerNames} former names.", nameof(formerNames));
        }

        return AddDropped(name, type, role, [.. formerNames], isFinal ? DropState.Final : DropState.Unknown);
    }

    /// <summary>Adds a column of a stored schema that was dropped. Others may have its names.</summary>
    internal EventTypeBuilder AddDropped(string name, ColumnType type, ColumnRole role, string[] formerNames, DropState drop)
    {
        SchemaLimits.CheckColumn(name, type, role);
        RequireRoom(name);
        Array.ForEach(formerNames, SchemaLimits.CheckName);
        _columns.Add(new ColumnSchema(name, (ushort)_columns.Count, type, role, formerNames, drop));
        return this;
    }

    internal EventTypeSchema Build(ushort id, DropState drop = default) =>
        new(Name, id, _columns, _keepLast, _maxAge, _window ?? SchemaLimits.DefaultWindow(_maxAge), _window is not null)
        {
            DroppedNames = [.. _dropped],
            FormerNames = _formerNames,
            Drop = drop,
        };
}
