using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Signals;

/// <summary>
/// The event types of a store, declared in code and kept with the data. Immutable and safe to share.
/// </summary>
/// <example>
/// <code>
/// var schema = StoreSchema.Define(s => s
///     .EventType("view", t => t
///         .Field&lt;float>("dwell_seconds")
///         .Text("country")
///         .Vector&lt;Half>("item_embedding", 64)
///         .KeepLast(500)
///         .MaxAge(TimeSpan.FromDays(90))));
/// </code>
/// </example>
public sealed class StoreSchema
{
    private readonly FrozenDictionary<string, EventTypeSchema> _byName;

    internal StoreSchema(IEnumerable<EventTypeSchema> eventTypes)
    {
        EventTypeSchema[] types = eventTypes.ToArray();
        EventTypes = Array.AsReadOnly(types);
        _byName = types.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The event types in the order of their ids.</summary>
    public IReadOnlyList<EventTypeSchema> EventTypes { get; }

    /// <summary>The event type of this name.</summary>
    /// <exception cref="ArgumentException">The schema has no event type of this name.</exception>
    public EventTypeSchema this[string name] => TryGet(name, out EventTypeSchema? type)
        ? type
        : throw new ArgumentException(
            $"The schema has no event type '{name}'; it has: {string.Join(", ", EventTypes.Select(t => t.Name))}.", nameof(name));

    /// <summary>Declares a schema.</summary>
    /// <param name="define">Adds the event types. Their ids follow the order of the calls.</param>
    /// <exception cref="ArgumentException">
    /// A name is malformed or used twice, a limit is exceeded, or nothing was declared.
    /// </exception>
    public static StoreSchema Define(Action<StoreSchemaBuilder> define)
    {
        ArgumentNullException.ThrowIfNull(define);
        var builder = new StoreSchemaBuilder();
        define(builder);
        return builder.Build();
    }

    /// <summary>Finds the event type of this name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out EventTypeSchema? eventType) => _byName.TryGetValue(name, out eventType);
}
