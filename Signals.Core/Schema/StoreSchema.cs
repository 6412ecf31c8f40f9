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

    /// <summary>The schema of event types that are declared as C# types (<see cref="EventAttribute"/>).</summary>
    /// <exception cref="ArgumentException">Two of them have the same name, or a declaration exceeds a limit.</exception>
    public static StoreSchema Of<T>()
        where T : struct, IEventType =>
        Define(s => s.Event<T>());

    /// <inheritdoc cref="Of{T}"/>
    public static StoreSchema Of<T1, T2>()
        where T1 : struct, IEventType
        where T2 : struct, IEventType =>
        Define(s => s.Event<T1>().Event<T2>());

    /// <inheritdoc cref="Of{T}"/>
    public static StoreSchema Of<T1, T2, T3>()
        where T1 : struct, IEventType
        where T2 : struct, IEventType
        where T3 : struct, IEventType =>
        Define(s => s.Event<T1>().Event<T2>().Event<T3>());

    /// <inheritdoc cref="Of{T}"/>
    public static StoreSchema Of<T1, T2, T3, T4>()
        where T1 : struct, IEventType
        where T2 : struct, IEventType
        where T3 : struct, IEventType
        where T4 : struct, IEventType =>
        Define(s => s.Event<T1>().Event<T2>().Event<T3>().Event<T4>());

    /// <inheritdoc cref="Of{T}"/>
    public static StoreSchema Of<T1, T2, T3, T4, T5>()
        where T1 : struct, IEventType
        where T2 : struct, IEventType
        where T3 : struct, IEventType
        where T4 : struct, IEventType
        where T5 : struct, IEventType =>
        Define(s => s.Event<T1>().Event<T2>().Event<T3>().Event<T4>().Event<T5>());

    /// <inheritdoc cref="Of{T}"/>
    public static StoreSchema Of<T1, T2, T3, T4, T5, T6>()
        where T1 : struct, IEventType
        where T2 : struct, IEventType
        where T3 : struct, IEventType
        where T4 : struct, IEventType
        where T5 : struct, IEventType
        where T6 : struct, IEventType =>
        Define(s => s.Event<T1>().Event<T2>().Event<T3>().Event<T4>().Event<T5>().Event<T6>());

    /// <summary>Finds the event type of this name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out EventTypeSchema? eventType) => _byName.TryGetValue(name, out eventType);
}
