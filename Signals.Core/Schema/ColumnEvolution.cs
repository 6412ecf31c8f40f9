using Signals.Core.Columns;

namespace Signals.Core.Schema;

/// <summary>
/// Decides which columns an event type of a reopened store has. Pure, for any thread. Stored ids never change: columns match by all names
/// that they have and had, new ones get the next ids, and those that are no longer declared stay. A number takes a declared type that
/// holds all its values. A change of meaning is refused.
/// </summary>
internal static class ColumnEvolution
{
    /// <summary>The columns of a stored event type that is not declared: as they are, but for drops that became final.</summary>
    public static IEnumerable<ColumnSchema> Aged(EventTypeSchema type, DropTime time) => type.Columns.Select(column => Aged(column, time));

    /// <summary>The columns of a stored event type and its declaration, joined.</summary>
    /// <exception cref="SchemaMismatchException">
    /// A column's kind differs and is not wider, its dimensions or role differ, or names do not say which column is meant.
    /// </exception>
    public static List<ColumnSchema> Resolve(EventTypeSchema old, EventTypeSchema now, DropTime time)
    {
        var columns = new List<ColumnSchema>(Aged(old, time));
        foreach (ColumnSchema column in Live(now))
        {
            int index = Find(old, now, column) is var live and >= 0 ? live : FindDropped(columns, column);
            if (index < 0)
            {
                columns.Add(new ColumnSchema(column.Name, (ushort)columns.Count, column.Type, column.Role, column.FormerNames)
                {
                    FirstType = column.FirstType, // what older files, or older segments of a log, may have
                });
            }
            else if (!Takes(columns[index], column))
            {
                throw new SchemaMismatchException(
                    $"Column '{old.Name}.{column.Name}' is stored as {columns[index]}, but declared as {column}. " +
                    (columns[index].IsDropped ? "It was dropped, and its name is its own until that is final. " : "") +
                    WhyRefused(columns[index], column));
            }
            else
            {
                columns[index] = Rename(old, columns[index], column);
            }
        }

        foreach (string name in now.DroppedNames)
        {
            // Once a drop is final, another column may have the name. The statement was made for the one that is gone.
            if (old.IndexOf(name) is var index and >= 0 && !old.Columns.Any(c => c.Drop.IsFinal && c.AllNames().Contains(name)))
            {
                columns[index] = Drop(now, columns[index], name, time);
            }
        }

        if (columns.Count > SchemaLimits.MaxColumns)
        {
            throw new SchemaMismatchException(
                $"Event type '{old.Name}' is stored with {old.Columns.Count} columns and the declaration adds " +
                $"{columns.Count - old.Columns.Count}; an event type has at most {SchemaLimits.MaxColumns}.");
        }

        RequireDistinct(old, columns);
        return columns;
    }

    /// <summary>Refuses columns of which two have a name that only one may have.</summary>
    /// <exception cref="SchemaMismatchException">
    /// Two that are not dropped have a name in common, or one has the name of a dropped one that can be taken back.
    /// </exception>
    public static void RequireDistinct(EventTypeSchema type, List<ColumnSchema> columns)
    {
        RequireUnique(type, columns);
        RequireNotHeld(type, columns);
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

        if (found >= 0 && Live(now).FirstOrDefault(c => c != column && c.AllNames().Any(n => old.IndexOf(n) == found)) is { } other)
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

    // Whoever goes back within the grace declares the column that was dropped, and must not find another one under its name.
    private static void RequireNotHeld(EventTypeSchema type, List<ColumnSchema> columns)
    {
        foreach (ColumnSchema held in columns.Where(column => column is { IsDropped: true, Drop.IsFinal: false }))
        {
            if (columns.Find(column => !column.IsDropped && column.AllNames().Intersect(held.AllNames()).Any()) is { } taker)
            {
                string name = taker.AllNames().Intersect(held.AllNames()).First();
                throw new SchemaMismatchException(
                    $"'{type.Name}.{name}' would be a name of '{taker.Name}', but it is that of a dropped column, which can come " +
                    "back until the grace is over. Use another name, or wait for an opening after the grace.");
            }
        }
    }

    // A drop that is not final yet keeps the name for its column. So whoever declares it means that column: old code, put back.
    private static int FindDropped(List<ColumnSchema> columns, ColumnSchema declared) => columns.FindIndex(
        column => column is { IsDropped: true, Drop.IsFinal: false } && column.AllNames().Intersect(declared.AllNames()).Any());

    private static ColumnSchema Drop(EventTypeSchema declared, ColumnSchema column, string name, DropTime time)
    {
        string[] names = [.. column.AllNames()];
        if (Live(declared).FirstOrDefault(other => other.AllNames().Intersect(names).Any()) is { } same)
        {
            throw new SchemaMismatchException(
                $"The declaration drops '{declared.Name}.{name}' and has '{declared.Name}.{same.Name}', which are one column of the " +
                "store. Leave out one of the two.");
        }

        return Aged(column.With(drop: DropState.At(time.ClockMs)), time);
    }

    private static IEnumerable<ColumnSchema> Live(EventTypeSchema type) => type.Columns.Where(column => !column.IsDropped);

    private static ColumnSchema Aged(ColumnSchema column, DropTime time) =>
        column.IsDropped ? column.With(drop: column.Drop.After(time)) : column;

    // A number may become wider. All its values are exactly values of the new type.
    private static bool Takes(ColumnSchema stored, ColumnSchema declared) =>
        stored.Role == declared.Role && declared.Type.Holds(stored.Type);

    private static string WhyRefused(ColumnSchema stored, ColumnSchema declared)
    {
        const string Otherwise = "declare the stored one, or use another name.";
        if (stored.Role != declared.Role || NumberRange.Of(stored.Type.Kind) == default || NumberRange.Of(declared.Type.Kind) == default)
        {
            return $"A column's meaning cannot change: {Otherwise}";
        }

        ColumnType[] wider = [.. Enum.GetValues<ColumnKind>()
            .Where(kind => kind >= ColumnKind.VectorInt8 == stored.Type.IsVector)
            .Select(kind => ColumnType.FromKind(kind, stored.Type.Dimensions))
            .Where(type => type != stored.Type && type.Holds(stored.Type))];
        string possible = wider.Length == 0 ? $"no type is wider than {stored.Type}" : $"{stored.Type} to {string.Join(" or ", wider)}";
        return stored.Type.Holds(declared.Type)
            ? $"A column never becomes narrower, because it may have values that do not fit: {Otherwise}"
            : $"A number can only become one that has all its values exactly ({possible}): {Otherwise}";
    }

    private static ColumnSchema Rename(EventTypeSchema type, ColumnSchema stored, ColumnSchema declared)
    {
        string[] former = [.. stored.AllNames().Union(declared.FormerNames).Where(name => name != declared.Name)];
        return former.Length <= SchemaLimits.MaxFormerNames
            ? stored.With(declared.Name, former, default(DropState), declared.Type)
            : throw new SchemaMismatchException(
                $"Column '{type.Name}.{declared.Name}' would have {former.Length} former names; at most " +
                $"{SchemaLimits.MaxFormerNames} are remembered. Declare one of its former names.");
    }
}
