namespace Signals.Core.Schema;

/// <summary>
/// Decides which schema a reopened store has. Pure, for any thread. Stored ids never change: types match by all names that they have and
/// had, new ones get the next ids, and those that are no longer declared stay. <c>KeepLast</c> and <c>MaxAge</c> follow the declaration.
/// <see cref="ColumnEvolution"/> joins the columns of each type. A change of meaning is refused.
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
    /// <param name="now">When that is; null for a time at which no drop becomes final.</param>
    /// <exception cref="SchemaMismatchException">
    /// A column's kind differs and is not wider, its dimensions or role or a declared window differs, or names do not say which column or
    /// event type is meant.
    /// </exception>
    public static StoreSchema Resolve(StoreSchema stored, StoreSchema declared, out bool changed, DropTime? now = null)
    {
        // Only a schema that a store keeps has what was dropped. Who opens a store with it changes nothing, so no drop becomes final.
        DropTime time = now ?? DropTime.Never();
        time = time with { ClockMs = Math.Max(time.ClockMs, 0), GraceMs = declared.HasDropped ? long.MaxValue : time.GraceMs };
        List<EventTypeSchema> types = [.. stored.EventTypes.Select(type => Aged(type, time))];
        foreach (EventTypeSchema type in Live(declared))
        {
            int index = Find(stored, declared, type) is var live and >= 0 ? live : FindDropped(types, type);
            if (index < 0)
            {
                types.Add(types.Count == type.Id
                    ? type
                    : type.Stored((ushort)types.Count, type.Columns, type.Window, type.FormerNames, drop: default));
            }
            else
            {
                types[index] = Join(types[index], stored.EventTypes[index], type, time);
            }
        }

        foreach (string name in declared.DroppedNames)
        {
            // Once a drop is final, another event type may have the name. The statement was made for the one that is gone.
            if (stored.TryGet(name, out EventTypeSchema? old) && !stored.EventTypes.Any(type => type.Drop.IsFinal && type.IsCalled(name)))
            {
                types[old.Id] = Drop(declared, types[old.Id], name, time);
            }
        }

        if (types.Count > SchemaLimits.MaxEventTypes)
        {
            throw new SchemaMismatchException(
                $"The store has {stored.EventTypes.Count} event types, dropped ones included, and the declaration adds " +
                $"{types.Count - stored.EventTypes.Count}; " +
                $"a store holds at most {SchemaLimits.MaxEventTypes}.");
        }

        RequireDistinct(types);
        changed = types.Count != stored.EventTypes.Count || !types.Zip(stored.EventTypes).All(pair => AreSame(pair.First, pair.Second));
        return types.SequenceEqual(declared.EventTypes) ? declared : new StoreSchema(types) { DroppedNames = declared.DroppedNames };
    }

    /// <summary>Whether two schemas of one store differ in nothing but how far drops have come.</summary>
    public static bool AnswerAlike(StoreSchema a, StoreSchema b) =>
        a.EventTypes.Count == b.EventTypes.Count && a.EventTypes.Zip(b.EventTypes).All(pair => AnswerAlike(pair.First, pair.Second));

    /// <summary>Refuses event types of which two have a name that only one may have.</summary>
    /// <exception cref="SchemaMismatchException">
    /// Two that are not dropped have a name in common, or one has the name of a dropped one that can be taken back.
    /// </exception>
    public static void RequireDistinct(List<EventTypeSchema> types)
    {
        RequireUnique(types);
        RequireNotHeld(types);
    }

    private static EventTypeSchema Join(EventTypeSchema aged, EventTypeSchema old, EventTypeSchema now, DropTime time)
    {
        if (now.IsWindowDeclared && now.Window != old.Window)
        {
            throw new SchemaMismatchException(
                $"Event type '{old.Name}' is stored in windows of {old.Window}, but {now.Window} is declared. " +
                (aged.IsDropped ? "It was dropped, and its name is its own until that is final. " : "") +
                "A window cannot change: declare the stored one, or use another event type.");
        }

        string[] former = [.. old.AllNames().Union(now.FormerNames).Where(name => name != now.Name)];
        if (former.Length > SchemaLimits.MaxFormerNames)
        {
            throw new SchemaMismatchException(
                $"Event type '{now.Name}' would have {former.Length} former names; at most {SchemaLimits.MaxFormerNames} are remembered. " +
                "Declare one of its former names.");
        }

        EventTypeSchema joined = now.Stored(old.Id, ColumnEvolution.Resolve(old, now, time), old.Window, former, drop: default);
        return AreSame(joined, now) ? now : joined;
    }

    /// <summary>The index of the stored event type that a declared one is, by any of their names; -1 when it is new.</summary>
    private static int Find(StoreSchema stored, StoreSchema declared, EventTypeSchema type)
    {
        EventTypeSchema? found = null;
        foreach (string name in type.AllNames())
        {
            if (stored.TryGet(name, out EventTypeSchema? named) && found is not null && named != found)
            {
                throw new SchemaMismatchException(
                    $"Event type '{type.Name}' is declared as '{found.Name}' and '{named.Name}' of the store, which are two event types " +
                    "with events of their own. Declare both under their names, and leave out TypeRenamedFrom.");
            }

            found = named ?? found;
        }

        if (found is not null && Live(declared).FirstOrDefault(t => t != type && t.AllNames().Any(found.IsCalled)) is { } other)
        {
            throw new SchemaMismatchException(
                $"Event types '{type.Name}' and '{other.Name}' are both the stored event type '{found.Name}', which was " +
                $"'{string.Join("', '", found.FormerNames)}' before. " +
                "A former name cannot name a new event type; use another name for that one.");
        }

        return found?.Id ?? -1;
    }

    // A drop that is not final yet keeps the name for its event type. So whoever declares it means that one: old code, put back.
    private static int FindDropped(List<EventTypeSchema> types, EventTypeSchema declared) =>
        types.FindIndex(type => IsHeld(type) && type.AllNames().Any(declared.IsCalled));

    private static EventTypeSchema Drop(StoreSchema declared, EventTypeSchema type, string name, DropTime time)
    {
        if (Live(declared).FirstOrDefault(other => other.AllNames().Any(type.IsCalled)) is { } same)
        {
            throw new SchemaMismatchException(
                $"The declaration drops '{name}' and has '{same.Name}', which are one event type of the store. Leave out one of the two.");
        }

        return type.Stored(type.Id, type.Columns, type.Window, type.FormerNames, DropState.At(time.ClockMs).After(time));
    }

    private static EventTypeSchema Aged(EventTypeSchema type, DropTime time) =>
        type.Stored(type.Id, ColumnEvolution.Aged(type, time), type.Window, type.FormerNames, type.Drop.After(time));

    private static void RequireUnique(List<EventTypeSchema> types)
    {
        Dictionary<string, EventTypeSchema> owners = new(StringComparer.Ordinal);
        foreach ((string name, EventTypeSchema type) in types.Where(t => !t.IsDropped).SelectMany(t => t.AllNames(), (t, n) => (n, t)))
        {
            if (!owners.TryAdd(name, type))
            {
                throw new SchemaMismatchException(
                    $"'{name}' would be a name, or a former name, of event types '{owners[name].Name}' and '{type.Name}'. " +
                    "Declare one of them, or use another name.");
            }
        }
    }

    // Whoever goes back within the grace declares the event type that was dropped, and must not find another one under its name.
    private static void RequireNotHeld(List<EventTypeSchema> types)
    {
        foreach (EventTypeSchema held in types.Where(IsHeld))
        {
            if (types.Find(type => !type.IsDropped && type.AllNames().Any(held.IsCalled)) is { } taker)
            {
                throw new SchemaMismatchException(
                    $"'{taker.AllNames().First(held.IsCalled)}' would be a name of event type '{taker.Name}', but it is that of a " +
                    "dropped one, which can come back until the grace is over. Use another name, or wait for an opening after the grace.");
            }
        }
    }

    private static bool IsHeld(EventTypeSchema type) => type is { IsDropped: true, IsDropFinal: false };

    private static IEnumerable<EventTypeSchema> Live(StoreSchema schema) => schema.EventTypes.Where(type => !type.IsDropped);

    private static bool AreSame(EventTypeSchema a, EventTypeSchema b) =>
        AnswerAlike(a, b) && a.Drop == b.Drop && a.Columns.Zip(b.Columns).All(pair => pair.First.Drop == pair.Second.Drop);

    private static bool AnswerAlike(EventTypeSchema a, EventTypeSchema b) =>
        a.Id == b.Id && a.KeepLast == b.KeepLast && a.MaxAge == b.MaxAge && a.Window == b.Window
        && a.HasSameNames(b) && a.IsDropped == b.IsDropped
        && a.Columns.Count == b.Columns.Count
        && a.Columns.Zip(b.Columns).All(pair => pair.First.HasSameNames(pair.Second) && pair.First.HasSameTypes(pair.Second)
            && pair.First.IsDropped == pair.Second.IsDropped);
}
