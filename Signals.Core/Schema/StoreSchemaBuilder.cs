using Signals.Core.Schema;

namespace Signals;

/// <summary>
/// Collects the event types of a <see cref="StoreSchema"/>. Used by one thread, inside <see cref="StoreSchema.Define"/>.
/// </summary>
public sealed class StoreSchemaBuilder
{
    private readonly List<EventTypeSchema> _types = [];
    private readonly List<string> _dropped = [];
    private readonly Dictionary<string, EventTypeSchema> _owners = new(StringComparer.Ordinal); // by name, of those that are not dropped

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
        return Add(builder, drop: default);
    }

    /// <summary>Adds an event type that is declared as a C# type (<see cref="EventAttribute"/>).</summary>
    public StoreSchemaBuilder Event<TEvent>()
        where TEvent : struct, IEventType => EventType(TEvent.EventType, type => TEvent.Define(type));

    /// <summary>
    /// Drops an event type of the store: it is hidden at once, and compaction deletes its events when the grace
    /// (<c>StoreOptions.RetentionGrace</c>) is over and the store was opened once more. Until then declaring it again, without this
    /// statement, takes that back with all data. An event type that is merely left out of the declaration stays. A store that has no such
    /// type ignores the statement.
    /// </summary>
    /// <param name="name">A name that the event type has or had.</param>
    /// <exception cref="ArgumentException">The name is malformed, or an event type of this declaration.</exception>
    public StoreSchemaBuilder Dropped(string name)
    {
        SchemaLimits.CheckName(name);
        if (_dropped.Contains(name) || _owners.ContainsKey(name))
        {
            throw DroppedTwice(name, nameof(name));
        }

        _dropped.Add(name);
        return this;
    }

    /// <summary>
    /// Adds an event type that the store has dropped, so that the types behind it keep their places. It is for the schema of a store that
    /// lost its own (<c>SignalStore.Salvage</c>); a program that drops an event type calls <see cref="Dropped"/>. Others may have its
    /// names.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="define">Adds its columns, and says which names it had and which events were kept.</param>
    /// <param name="isFinal">
    /// Whether it can no longer be taken back (<see cref="EventTypeSchema.IsDropFinal"/>). If it can, the grace begins anew when the store
    /// is opened next.
    /// </param>
    /// <exception cref="ArgumentException">A name is malformed, or a limit is exceeded.</exception>
    public StoreSchemaBuilder AddDropped(string name, Action<EventTypeBuilder> define, bool isFinal)
    {
        ArgumentNullException.ThrowIfNull(define);
        var builder = new EventTypeBuilder(name);
        define(builder);
        return Add(builder, isFinal ? DropState.Final : DropState.Unknown);
    }

    internal StoreSchemaBuilder Add(EventTypeBuilder builder, DropState drop)
    {
        if (_types.Count == SchemaLimits.MaxEventTypes)
        {
            throw new ArgumentException($"A schema has at most {SchemaLimits.MaxEventTypes} event types.", nameof(builder));
        }

        EventTypeSchema type = builder.Build((ushort)_types.Count, drop);
        if (!type.IsDropped)
        {
            RequireFree(type);
            foreach (string name in type.AllNames())
            {
                _owners.Add(name, type);
            }
        }

        _types.Add(type);
        return this;
    }

    internal StoreSchema Build() => _types.Exists(type => !type.IsDropped)
        ? new StoreSchema(_types) { DroppedNames = [.. _dropped] }
        : throw new ArgumentException("A schema needs at least one event type that is not dropped.");

    private void RequireFree(EventTypeSchema type)
    {
        foreach (string name in type.AllNames())
        {
            if (_dropped.Contains(name))
            {
                throw DroppedTwice(name, nameof(type));
            }

            if (_owners.TryGetValue(name, out EventTypeSchema? other))
            {
                throw new ArgumentException(
                    other.Name == type.Name
                        ? $"Event type '{name}' is declared twice."
                        : $"'{name}' would be a name, or a former name, of event types '{other.Name}' and '{type.Name}'; "
                            + "no two event types can have or have had it.",
                    nameof(type));
            }
        }
    }

    private static ArgumentException DroppedTwice(string name, string parameter) =>
        new($"Event type '{name}' is both declared and dropped, or dropped twice.", parameter);
}
