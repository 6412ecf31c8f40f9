namespace Signals.Core.Definitions;

/// <summary>Says what a sequence takes of one event type. For one thread, inside <see cref="SequenceDefinitionBuilder.From"/>.</summary>
public sealed class SourceBuilder
{
    private readonly string _eventType;
    private Setting<int> _count;
    private Setting<TimeSpan>? _window;
    private Predicate? _where;

    internal SourceBuilder(string eventType) => _eventType = eventType;

    /// <summary>The most rows of this type, the newest; required.</summary>
    public SourceBuilder Last(Setting<int> count)
    {
        _count = count;
        return this;
    }

    /// <summary>How old an event may be; whole milliseconds.</summary>
    public SourceBuilder Within(Setting<TimeSpan> window)
    {
        _window = window;
        return this;
    }

    /// <summary>Keeps only events for which the condition is true; further calls narrow it.</summary>
    public SourceBuilder Where(Predicate condition)
    {
        _where = _where is null ? condition : _where & condition;
        return this;
    }

    internal SourceDefinition Build() => new() { EventType = _eventType, Count = _count, Window = _window, Where = _where };
}
