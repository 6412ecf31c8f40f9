namespace Signals.Tool.Stores;

/// <summary>The event types that an option names; all event types when it names none. Pure.</summary>
internal static class TypeChoice
{
    public static EventTypeSchema[] Choose(StoreSchema schema, string[] names) => names.Length == 0
        ? [.. schema.EventTypes.Where(type => !type.IsDropped)]
        : [.. names.Select(name => schema.TryGet(name, out EventTypeSchema? type)
            ? type
            : throw new UsageException($"The store has no event type '{name}'{(schema.WasDropped(name) ? ": it was dropped" : "")}."))];
}
