namespace Signals.Core.Definitions;

/// <summary>
/// Sets which events of one event type a sequence takes. Used by one thread, inside <see cref="SequenceDefinitionBuilder.From"/>.
/// </summary>
public sealed class SourceBuilder
{
    private readonly string _eventType;
    private Setting<int> _count;
    private Setting<TimeSpan>? _window;
    private Predicate? _where;

    internal SourceBuilder(string eventType) => _eventType = eventType;

    /// <summary>Takes at most this many rows of the type, the newest ones. Required.</summary>
    public SourceBuilder Last(Setting<int> count)
    {
        _count = count;
        return this;
    }

    /// <summary>Takes only events of at most this age, in whole milliseconds.</summary>
    public SourceBuilder Within(Setting<TimeSpan> window)
    {
        _window = window;
        return this;
    }

    /// <summary>
    /// Keeps only events for which the condition is true. Further calls add conditions that must be true as well.
    /// </summary>
    public SourceBuilder Where(Predicate condition)
    {
        _where = _where is null ? condition : _where & condition;
        return this;
    }

    internal SourceDefinition Build() => new() { EventType = _eventType, Count = _count, Window = _window, Where = _where };
}
