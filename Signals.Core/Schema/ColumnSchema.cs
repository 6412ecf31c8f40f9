using Signals.Core.Schema;

namespace Signals;

/// <summary>One column of an event type. Immutable and safe to share.</summary>
public sealed class ColumnSchema
{
    private readonly string[] _formerNames;

    internal ColumnSchema(
        string name, ushort id, ColumnType type, ColumnRole role, IEnumerable<string>? formerNames = null, DropState drop = default)
    {
        Drop = drop;
        Name = name;
        Id = id;
        Type = type;
        Role = role;
        _formerNames = [.. (formerNames ?? []).Order(StringComparer.Ordinal)];
        FormerNames = Array.AsReadOnly(_formerNames);
    }

    /// <summary>The column's name, unique in its event type.</summary>
    public string Name { get; }

    /// <summary>
    /// The column's index in <see cref="EventTypeSchema.Columns"/>. It never changes, because columns are only added at the end, and one
    /// that is dropped keeps its place.
    /// </summary>
    public ushort Id { get; }

    /// <summary>
    /// The names that the column had before, in ordinal order (<see cref="EventTypeBuilder.RenamedFrom"/>). Whatever names a column finds
    /// it under each of them, too.
    /// </summary>
    public IReadOnlyList<string> FormerNames { get; }

    /// <summary>
    /// Whether the column was dropped (<see cref="EventTypeBuilder.Dropped"/>). It keeps its place in
    /// <see cref="EventTypeSchema.Columns"/>, but nothing finds it by a name. Another column may have its name by now.
    /// </summary>
    public bool IsDropped => Drop.IsDropped;

    /// <summary>
    /// Whether the column was dropped and can no longer be taken back, because compaction may have reclaimed its values. Another column may
    /// have its name from then on.
    /// </summary>
    public bool IsDropFinal => Drop.IsFinal;

    /// <summary>When it was dropped, and whether that is final.</summary>
    internal DropState Drop { get; }

    /// <summary>The kind and dimensions of the values.</summary>
    public ColumnType Type { get; }

    /// <summary>
    /// The type that the column had when the store got it. It is narrower than <see cref="Type"/> if the column was widened since. What was
    /// written before is stored as it was, and read as the wide type.
    /// </summary>
    public ColumnType FirstType
    {
        get => field.Kind == 0 ? Type : field;
        internal init;
    }

    /// <summary>Whether the type became wider since the store got the column.</summary>
    internal bool IsWidened => FirstType != Type;

    /// <summary>Whether the values arrive with the event or are joined on later.</summary>
    public ColumnRole Role { get; }

    /// <summary>The role and type, in the form that messages use.</summary>
    public override string ToString() =>
        $"{(Role == ColumnRole.Field ? "field" : "enrichment")} {Type}";

    internal bool HasSameMeaning(ColumnSchema other) => Type == other.Type && Role == other.Role;

    /// <summary>Whether both have the same type now and had the same one at first.</summary>
    internal bool HasSameTypes(ColumnSchema other) => Type == other.Type && FirstType == other.FirstType;

    /// <summary>Whether files of the store may have cells of this type in the column: one from the first to that of today.</summary>
    internal bool Reads(ColumnType stored) => stored == Type || (stored.Holds(FirstType) && Type.Holds(stored));

    /// <summary>The same column with names, a drop, a type that holds all values of its own, or another type at first.</summary>
    internal ColumnSchema With(
        string? name = null,
        IEnumerable<string>? formerNames = null,
        DropState? drop = null,
        ColumnType? type = null,
        ColumnType? first = null) =>
        new(name ?? Name, Id, type ?? Type, Role, formerNames ?? FormerNames, drop ?? Drop) { FirstType = first ?? FirstType };

    /// <summary>Whether both have the same name now and had the same names before.</summary>
    internal bool HasSameNames(ColumnSchema other) => Name == other.Name && _formerNames.AsSpan().SequenceEqual(other._formerNames);

    /// <summary>The name and the former names.</summary>
    internal IEnumerable<string> AllNames() => _formerNames.Prepend(Name);
}
