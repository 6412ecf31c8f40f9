namespace Signals.Core.Schema;

/// <summary>
/// Joins a schema that a store had once with a later one of the same store, by the ids of event types and columns. Pure, for any thread.
/// Names do not say which one is meant: what was dropped for good leaves its names to others. The later schema decides, and the earlier
/// one must fit it.
/// </summary>
internal static class SchemaById
{
    private const string WhatToDo =
        "A given schema that has dropped event types or columns must have each one at the place that it has in the store. Give what the " +
        "store had last ('signals schema --json'), or no schema if that of the manifest is enough.";

    /// <summary>The later schema, with all that the store is known to have had before.</summary>
    /// <exception cref="SchemaMismatchException">They are not two states of one store, or the later one is the older.</exception>
    public static StoreSchema Join(StoreSchema earlier, StoreSchema later)
    {
        Require(
            later.EventTypes.Count >= earlier.EventTypes.Count,
            $"The given schema has {later.EventTypes.Count} event types, dropped ones included, and the manifest " +
            $"{earlier.EventTypes.Count}, the last of which is '{earlier.EventTypes[^1].Name}'.");
        List<EventTypeSchema> types =
            [.. later.EventTypes.Select((type, id) => id < earlier.EventTypes.Count ? Join(earlier.EventTypes[id], type) : type)];
        SchemaEvolution.RequireDistinct(types);
        return new StoreSchema(types) { DroppedNames = later.DroppedNames };
    }

    private static EventTypeSchema Join(EventTypeSchema earlier, EventTypeSchema later)
    {
        string place = $"Event type {later.Id}";
        RequireSame(place, earlier.AllNames(), later.AllNames());
        RequireNotTakenBack(place, earlier.Name, earlier.Drop, later.Drop);
        Require(
            !later.IsWindowDeclared || later.Window == earlier.Window,
            $"{place}, '{earlier.Name}', has windows of {earlier.Window} in the manifest, but of {later.Window} in the given schema.");
        Require(
            later.Columns.Count >= earlier.Columns.Count,
            $"{place}, '{earlier.Name}', has {later.Columns.Count} columns in the given schema, dropped ones included, and " +
            $"{earlier.Columns.Count} in the manifest.");
        List<ColumnSchema> columns =
        [
            .. later.Columns.Select(
                (column, id) => id < earlier.Columns.Count ? Join(earlier.Name, earlier.Columns[id], column) : column),
        ];
        EventTypeSchema joined = later.Stored(
            later.Id, columns, earlier.Window, FormerNames(place, earlier.AllNames(), later.Name, later.FormerNames), later.Drop);
        ColumnEvolution.RequireDistinct(joined, columns);
        return joined;
    }

    private static ColumnSchema Join(string type, ColumnSchema earlier, ColumnSchema later)
    {
        string place = $"Column {later.Id} of event type '{type}'";
        RequireSame(place, earlier.AllNames(), later.AllNames());
        RequireNotTakenBack(place, earlier.Name, earlier.Drop, later.Drop);
        Require(
            later.Role == earlier.Role && later.Type.Holds(earlier.Type),
            $"{place}, '{earlier.Name}', is {earlier} in the manifest, but {later} in the given schema.");
        return later.With(
            formerNames: FormerNames(place, earlier.AllNames(), later.Name, later.FormerNames), first: earlier.FirstType);
    }

    // A store remembers every name, so two states of one event type or column have a name in common.
    private static void RequireSame(string place, IEnumerable<string> earlier, IEnumerable<string> later) => Require(
        earlier.Intersect(later).Any(),
        $"{place} is '{earlier.First()}' in the manifest, but '{later.First()}' in the given schema, which has no name in common with it.");

    private static void RequireNotTakenBack(string place, string name, DropState earlier, DropState later) => Require(
        !earlier.IsFinal || later.IsFinal,
        $"{place}, '{name}', was dropped for good, says the manifest, but not in the given schema.");

    private static string[] FormerNames(string place, IEnumerable<string> earlier, string now, IEnumerable<string> former)
    {
        string[] names = [.. earlier.Union(former).Where(name => name != now)];
        Require(
            names.Length <= SchemaLimits.MaxFormerNames,
            $"{place} would have {names.Length} former names; at most {SchemaLimits.MaxFormerNames} are remembered.");
        return names;
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new SchemaMismatchException($"{problem} {WhatToDo}");
        }
    }
}
