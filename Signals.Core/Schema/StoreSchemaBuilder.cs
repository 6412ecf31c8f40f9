using Signals.Core.Schema;

namespace Signals;

/// <summary>
/// Collects the event types of a <see cref="StoreSchema"/>. Used by one thread, inside <see cref="StoreSchema.Define"/>.
/// </summary>
public sealed class StoreSchemaBuilder
{
    private readonly List<EventTypeSchema> _types = [];

    internal StoreSchemaBuilder()
    {
    }

    /// <summary>Adds an event type.</summary>
    /// <param name="name">1 to 128 of <c>a-z A-Z 0-9 _ . -</c>, unique in the schema.</param>
    /// <param name="define">Adds the columns of the event type and says which events are kept.</param>
    public StoreSchemaBuilder EventType(string name, Action<EventTypeBuilder> define)
    {
        ArgumentNullException.ThrowIfNull(define);
        var builder = new EventTypeBuilder(name);
        define(builder);
        return Add(builder);
    }

    /// <summary>Adds an event type that is declared as a C# type (<see cref="EventAttribute"/>).</summary>
    public StoreSchemaBuilder Event<TEvent>()
        where TEvent : struct, IEventType => EventType(TEvent.EventType, type => TEvent.Define(type));

    internal StoreSchemaBuilder Add(EventTypeBuilder builder)
    {
        if (_types.Count == SchemaLimits.MaxEventTypes)
        {
            throw new ArgumentException($"A schema has at most {SchemaLimits.MaxEventTypes} event types.", nameof(builder));
        }

        if (_types.Exists(t => t.Name == builder.Name))
        {
            throw new ArgumentException($"Event type '{builder.Name}' is declared twice.", nameof(builder));
        }

        _types.Add(builder.Build((ushort)_types.Count));
        return this;
    }

    internal StoreSchema Build() => _types.Count > 0
        ? new StoreSchema(_types)
        : throw new ArgumentException("A schema needs at least one event type.");
}
