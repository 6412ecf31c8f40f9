namespace Signals.Core.Schema;

/// <summary>
/// Decides which schema a reopened store has. Pure, for any thread. Stored ids never change: types match by name, columns by
/// all names that they have and had, new ones get the next ids, and those that are no longer declared stay. <c>KeepLast</c> and
/// <c>MaxAge</c> follow the declaration. A change of meaning is refused.
/// </summary>
internal static class SchemaEvolution
{
    /// <summary>
    /// The schema to use from now on. Where the result for an event type equals its declaration, the declared instance is used,
    /// so that column handles taken from the declaration stay valid.
    /// </summary>
    /// <param name="stored">The schema that the store was last opened with.</param>
    /// <param name="declared">The schema that the program declares now.</param>
    /// <param name="changed">Whether the result must be stored.</param>
    /// <param name="nowMs">Now, by the steady clock, in ms since the Unix epoch.</param>
    /// <param name="graceMs">How long a drop can be taken back.</param>
    /// <exception cref="SchemaMismatchException">
    /// A column's kind, dimensions or role, or a declared window, differs, or names do not say which column is meant.
    /// </exception>
    public static StoreSchema Resolve(
        StoreSchema stored, StoreSchema declared, out bool changed, long nowMs = 0, long graceMs = long.MaxValue)
    {
        nowMs = Math.Max(nowMs, 0);
        var types = new List<EventTypeSchema>(stored.EventTypes.Count);
        changed = false;
        foreach (EventTypeSchema old in stored.EventTypes)
        {
            EventTypeSchema type = declared.TryGet(old.Name, out EventTypeSchema? now)
                ? Resolve(old, now, nowMs, graceMs)
                : Copy(old, old.Id, old.Columns.Select(column => Aged(column, nowMs, graceMs)), old.Window);
            types.Add(type);
            changed |= !AreSame(old, type);
        }

        foreach (EventTypeSchema added in declared.EventTypes.Where(t => !stored.TryGet(t.Name, out _)))
        {
            types.Add(types.Count == added.Id ? added : Copy(added, (ushort)types.Count, added.Columns, added.Window));
            changed = true;
        }

        if (types.Count > SchemaLimits.MaxEventTypes)
        {
            throw new SchemaMismatchException(
                $"The store has {stored.EventTypes.Count} event types and the declaration adds " +
                $"{types.Count - stored.EventTypes.Count}; " +
                $"a store holds at most {SchemaLimits.MaxEventTypes}.");
        }

        return types.SequenceEqual(declared.EventTypes) ? declared : new StoreSchema(types);
    }

    private static EventTypeSchema Resolve(EventTypeSchema old, EventTypeSchema now, long nowMs, long graceMs)
    {
        if (now.IsWindowDeclared && now.Window != old.Window)
        {
            throw new SchemaMismatchException(
                $"Event type '{old.Name}' is stored in windows of {old.Window}, but {now.Window} is declared. " +
                "A window cannot change: declare the stored one, or use another event type.");
        }

        var columns = new List<ColumnSchema>(old.Columns.Select(column => Aged(column, nowMs, graceMs)));
        foreach (ColumnSchema column in now.Columns)
        {
            int index = Find(old, now, column) is var live and >= 0 ? live : FindDropped(columns, column);
            if (index < 0)
            {
                columns.Add(new ColumnSchema(column.Name, (ushort)columns.Count, column.Type, column.Role, column.FormerNames));
            }
            else if (!columns[index].HasSameMeaning(column))
            {
                throw new SchemaMismatchException(
                    $"Column '{old.Name}.{column.Name}' is stored as {columns[index]}, but declared as {column}. " +
                    (columns[index].IsDropped ? "It was dropped, and its name is its own until that is final. " : "") +
                    "A column's meaning cannot change: declare the stored one, or use another name.");
            }
            else
            {
                columns[index] = Rename(old, columns[index], column);
            }
        }

        foreach (string name in now.DroppedNames)
        {
            if (old.IndexOf(name) is var index and >= 0)
            {
                columns[index] = Drop(now, columns[index], name, nowMs, graceMs);
            }
        }

        if (columns.Count > SchemaLimits.MaxColumns)
        {
            throw new SchemaMismatchException(
                $"Event type '{old.Name}' is stored with {old.Columns.Count} columns and the declaration adds " +
                $"{columns.Count - old.Columns.Count}; an event type has at most {SchemaLimits.MaxColumns}.");
        }

        RequireUnique(old, columns);
        EventTypeSchema resolved = Copy(now, old.Id, columns, old.Window);
        return AreSame(resolved, now) ? now : resolved;
    }

    /// <summary>The index of the stored column that a declared one is, by any of their names; -1 when it is new.</summary>
    private static int Find(EventTypeSchema old, EventTypeSchema now, ColumnSchema column)
    {
        int found = -1;
        foreach (string name in column.AllNames())
        {
            int index = old.IndexOf(name);
            if (index >= 0 && found >= 0 && index != found)
            {
                throw new SchemaMismatchException(
                    $"Column '{old.Name}.{column.Name}' is declared as '{old.Columns[found].Name}' and " +
                    $"'{old.Columns[index].Name}' of the store, which are two columns with data of their own. " +
                    "Declare both under their names, and leave out RenamedFrom.");
            }

            found = index >= 0 ? index : found;
        }

        if (found >= 0 && now.Columns.FirstOrDefault(c => c != column && c.AllNames().Any(name => old.IndexOf(name) == found)) is { } other)
        {
            ColumnSchema stored = old.Columns[found];
            throw new SchemaMismatchException(
                $"Columns '{old.Name}.{column.Name}' and '{old.Name}.{other.Name}' are both the stored column '{stored.Name}', which was " +
                $"'{string.Join("', '", stored.FormerNames)}' before. " +
                "A former name cannot name a new column; use another name for that one.");
        }

        return found;
    }

    private static void RequireUnique(EventTypeSchema type, List<ColumnSchema> columns)
    {
        Dictionary<string, ColumnSchema> owners = new(StringComparer.Ordinal);
        foreach ((string name, ColumnSchema column) in columns.Where(c => !c.IsDropped).SelectMany(c => c.AllNames(), (c, n) => (n, c)))
        {
            if (!owners.TryAdd(name, column))
            {
                throw new SchemaMismatchException(
                    $"'{type.Name}.{name}' would be a name, or a former name, of '{owners[name].Name}' and of '{column.Name}'. " +
                    "Declare one of them, or use another name.");
            }
        }
    }

    // A drop that is not final yet keeps the name for its column. So whoever declares it means that column: old code, put back.
    private static int FindDropped(List<ColumnSchema> columns, ColumnSchema declared) => columns.FindIndex(
        column => column is { IsDropped: true, Drop.IsFinal: false } && column.AllNames().Intersect(declared.AllNames()).Any());

    private static ColumnSchema Drop(EventTypeSchema declared, ColumnSchema column, string name, long nowMs, long graceMs)
    {
        string[] names = [.. column.AllNames()];
        if (declared.Columns.FirstOrDefault(other => other.AllNames().Intersect(names).Any()) is { } same)
        {
            throw new SchemaMismatchException(
                $"The declaration drops '{declared.Name}.{name}' and has '{declared.Name}.{same.Name}', which are one column of the " +
                "store. Leave out one of the two.");
        }

        return Aged(With(column, ColumnDrop.At(nowMs)), nowMs, graceMs);
    }

    private static ColumnSchema Aged(ColumnSchema column, long nowMs, long graceMs) =>
        column.IsDropped ? With(column, column.Drop.After(nowMs, graceMs)) : column;

    private static ColumnSchema With(ColumnSchema column, ColumnDrop drop) =>
        new(column.Name, column.Id, column.Type, column.Role, column.FormerNames, drop);

    private static ColumnSchema Rename(EventTypeSchema type, ColumnSchema stored, ColumnSchema declared)
    {
        string[] former = [.. stored.AllNames().Union(declared.FormerNames).Where(name => name != declared.Name)];
        return former.Length <= SchemaLimits.MaxFormerNames
            ? new ColumnSchema(declared.Name, stored.Id, stored.Type, stored.Role, former)
            : throw new SchemaMismatchException(
                $"Column '{type.Name}.{declared.Name}' would have {former.Length} former names; at most " +
                $"{SchemaLimits.MaxFormerNames} are remembered. Declare one of its former names.");
    }

    private static EventTypeSchema Copy(EventTypeSchema type, ushort id, IEnumerable<ColumnSchema> columns, TimeSpan window) =>
        new(type.Name, id, columns, type.KeepLast, type.MaxAge, window, isWindowDeclared: true);

    private static bool AreSame(EventTypeSchema a, EventTypeSchema b) =>
        a.Id == b.Id && a.KeepLast == b.KeepLast && a.MaxAge == b.MaxAge && a.Window == b.Window
        && a.Columns.Count == b.Columns.Count
        && a.Columns.Zip(b.Columns).All(pair => pair.First.HasSameNames(pair.Second) && pair.First.Drop == pair.Second.Drop);
}
