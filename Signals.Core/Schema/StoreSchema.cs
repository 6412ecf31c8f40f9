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
        _byName = types
            .Where(type => !type.IsDropped)
            .SelectMany(type => type.AllNames(), (type, called) => KeyValuePair.Create(called, type))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The event types in the order of their ids, dropped ones included (<see cref="EventTypeSchema.IsDropped"/>).</summary>
    public IReadOnlyList<EventTypeSchema> EventTypes { get; }

    /// <summary>The names of event types that the declaration drops. A store's file does not keep them.</summary>
    internal IReadOnlyList<string> DroppedNames { get; init; } = [];

    /// <summary>Whether event types or columns are dropped in it, as in a schema that a store keeps. No program declares any.</summary>
    internal bool HasDropped => EventTypes.Any(type => type.IsDropped || type.Columns.Any(column => column.IsDropped));

    /// <summary>The event type that has this name now, or had it before.</summary>
    /// <exception cref="ArgumentException">The schema has no event type of this name.</exception>
    public EventTypeSchema this[string name] => TryGet(name, out EventTypeSchema? type)
        ? type
        : throw new ArgumentException(
            $"The schema has no event type '{name}'{WhyNot(name)}; it has: {ListTypes()}.", nameof(name));

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

    /// <summary>Finds the event type that has this name now, or had it before.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out EventTypeSchema? eventType) => _byName.TryGetValue(name, out eventType);

    /// <summary>
    /// Whether no event type has this name because the one that had it was dropped (<see cref="StoreSchemaBuilder.Dropped"/>), in the store
    /// or by the declaration.
    /// </summary>
    /// <param name="name">A name that an event type has or had.</param>
    public bool WasDropped(string name) =>
        !TryGet(name, out _) && (DroppedNames.Contains(name) || EventTypes.Any(type => type.IsDropped && type.IsCalled(name)));

    /// <summary>The dropped event types: first those that can be taken back, and the newer ones before the older.</summary>
    internal IEnumerable<EventTypeSchema> DroppedTypes() =>
        EventTypes.Where(type => type.IsDropped).OrderBy(type => type.IsDropFinal).ThenByDescending(type => type.Id);

    /// <summary>What an error adds about an event type that is not there: that it was dropped; empty when it never was.</summary>
    internal string WhyNot(string name) => WasDropped(name) ? ", which was dropped" : "";

    /// <summary>The names of the event types that are there, for an error.</summary>
    internal string ListTypes() => string.Join(", ", EventTypes.Where(type => !type.IsDropped).Select(type => type.Name));
}
