using System.Collections.Frozen;
using Signals.Core.Schema;

namespace Signals;

/// <summary>
/// One event type: its columns, and how many events are kept for how long. Immutable and safe to share. During the life of a
/// store columns are only appended, so rows written under an older schema have fewer columns.
/// </summary>
public sealed class EventTypeSchema
{
    private readonly ColumnSchema[] _columns;
    private readonly FrozenDictionary<string, int> _indexes;

    internal EventTypeSchema(
        string name,
        ushort id,
        IEnumerable<ColumnSchema> columns,
        int keepLast,
        TimeSpan? maxAge,
        TimeSpan window,
        bool isWindowDeclared)
    {
        Name = name;
        Id = id;
        KeepLast = keepLast;
        MaxAge = maxAge;
        Window = window;
        IsWindowDeclared = isWindowDeclared;
        _columns = columns.ToArray();
        _indexes = _columns
            .Where(c => !c.IsDropped)
            .SelectMany(c => c.AllNames(), (c, called) => KeyValuePair.Create(called, (int)c.Id))
            .ToFrozenDictionary(StringComparer.Ordinal);
        Columns = Array.AsReadOnly(_columns);
        HasWidened = Array.Exists(_columns, column => column.IsWidened);
    }

    /// <summary>The event type's name, unique in the schema among the types that are not dropped.</summary>
    public string Name { get; }

    /// <summary>
    /// The event type's index in <see cref="StoreSchema.EventTypes"/>. Once stored it never changes, because types are only added at the
    /// end, and one that is dropped keeps its place.
    /// </summary>
    public ushort Id { get; }

    /// <summary>
    /// The names that the event type had before, in ordinal order (<see cref="EventTypeBuilder.TypeRenamedFrom"/>). Whatever names an event
    /// type finds it under each of them, too.
    /// </summary>
    public IReadOnlyList<string> FormerNames
    {
        get;
        internal init => field = Array.AsReadOnly(value.Order(StringComparer.Ordinal).ToArray());
    } = [];

    /// <summary>
    /// Whether the event type was dropped (<see cref="StoreSchemaBuilder.Dropped"/>). It keeps its place in
    /// <see cref="StoreSchema.EventTypes"/>, but nothing finds it by a name. Another event type may have its name by now.
    /// </summary>
    public bool IsDropped => Drop.IsDropped;

    /// <summary>
    /// Whether the event type was dropped and can no longer be taken back, because compaction may have reclaimed its events. Another event
    /// type may have its name from then on.
    /// </summary>
    public bool IsDropFinal => Drop.IsFinal;

    /// <summary>When it was dropped, and whether that is final.</summary>
    internal DropState Drop { get; init; }

    /// <summary>The columns in the order of their ids, dropped ones included (<see cref="ColumnSchema.IsDropped"/>).</summary>
    public IReadOnlyList<ColumnSchema> Columns { get; }

    /// <summary>The names of columns that the declaration drops. A store's file does not keep them.</summary>
    internal IReadOnlyList<string> DroppedNames { get; init; } = [];

    /// <summary>How many of a user's newest events are kept; <see cref="int.MaxValue"/> keeps all.</summary>
    public int KeepLast { get; }

    /// <summary>The age, by event time, at which events are forgotten; <c>null</c> when age does not matter.</summary>
    public TimeSpan? MaxAge { get; }

    /// <summary>The length of the time windows that divide the tables.</summary>
    public TimeSpan Window { get; }

    /// <summary>
    /// False when the window was derived from <see cref="MaxAge"/>. A derived window gives way to the stored one.
    /// </summary>
    internal bool IsWindowDeclared { get; }

    /// <summary>Whether some column was widened. Records then say of which type their cells are.</summary>
    internal bool HasWidened { get; }

    /// <summary>The columns as a span, without the indirection of <see cref="Columns"/>.</summary>
    internal ReadOnlySpan<ColumnSchema> ColumnSpan => _columns;

    /// <summary>The same event type with other limits.</summary>
    internal EventTypeSchema With(int keepLast, TimeSpan? maxAge) =>
        new(Name, Id, _columns, keepLast, maxAge, Window, IsWindowDeclared)
        {
            DroppedNames = DroppedNames,
            FormerNames = FormerNames,
            Drop = Drop,
        };

    /// <summary>The same event type as a store has it: with its id, columns and window there.</summary>
    internal EventTypeSchema Stored(
        ushort id, IEnumerable<ColumnSchema> columns, TimeSpan window, IReadOnlyList<string> formerNames, DropState drop) =>
        new(Name, id, columns, KeepLast, MaxAge, window, isWindowDeclared: true)
        {
            DroppedNames = DroppedNames,
            FormerNames = formerNames,
            Drop = drop,
        };

    /// <summary>The name and the former names.</summary>
    internal IEnumerable<string> AllNames() => FormerNames.Prepend(Name);

    /// <summary>Whether this is the name of the event type, or was it before.</summary>
    internal bool IsCalled(string name) => Name == name || FormerNames.Contains(name, StringComparer.Ordinal);

    /// <summary>Whether both have the same name now and had the same names before.</summary>
    internal bool HasSameNames(EventTypeSchema other) => Name == other.Name && FormerNames.SequenceEqual(other.FormerNames);

    /// <summary>The index of a column, or -1 when none has this name now or had it before.</summary>
    public int IndexOf(string name) => _indexes.TryGetValue(name, out int index) ? index : -1;

    /// <summary>The index of a column, or -1 when none has this name now.</summary>
    internal int IndexOfCurrent(string name) => IndexOf(name) is var index and >= 0 && _columns[index].Name == name ? index : -1;

    /// <summary>A handle on a fixed-width column.</summary>
    /// <typeparam name="T">The type of one value, or of one component of a vector. It must be the column's own.</typeparam>
    /// <exception cref="ArgumentException">There is no such column, or its values are of another type.</exception>
    public Column<T> Column<T>(string name)
        where T : unmanaged
    {
        ColumnSchema column = Find(name);
        if (!column.Type.Accepts<T>() && !column.Type.AcceptsVector<T>())
        {
            throw new ArgumentException($"Column '{Name}.{name}' is {column}, not {typeof(T).Name}.", nameof(name));
        }

        return new Column<T>(this, column.Id);
    }

    /// <summary>A handle on a text or bytes column.</summary>
    /// <exception cref="ArgumentException">There is no such column, or its values are of fixed width.</exception>
    public VariableColumn VariableColumn(string name)
    {
        ColumnSchema column = Find(name);
        if (!column.Type.IsVariable)
        {
            throw new ArgumentException($"Column '{Name}.{name}' is {column}, not text or bytes.", nameof(name));
        }

        return new VariableColumn(this, column.Id);
    }

    /// <summary>What an error adds about a column that is not there: that it was dropped; empty when it never was.</summary>
    internal string WhyNot(string name) => WasDropped(name) ? ", which was dropped" : "";

    /// <summary>
    /// Whether no column has this name because the one that had it was dropped (<see cref="EventTypeBuilder.Dropped"/>), in the store or by
    /// the declaration.
    /// </summary>
    /// <param name="name">A name that a column has or had.</param>
    public bool WasDropped(string name) =>
        IndexOf(name) < 0 && (DroppedNames.Contains(name) || Array.Exists(_columns, c => c.IsDropped && c.AllNames().Contains(name)));

    /// <summary>The names of the columns that are there, for an error.</summary>
    internal string ListColumns() => string.Join(", ", _columns.Where(c => !c.IsDropped).Select(c => c.Name));

    private ColumnSchema Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int index = IndexOf(name);
        return index >= 0
            ? _columns[index]
            : throw new ArgumentException(
                $"Event type '{Name}' has no column '{name}'{WhyNot(name)}; it has: {ListColumns()}.",
                nameof(name));
    }
}
