using Signals.Core.Definitions;

namespace Signals.Definitions;

/// <summary>
/// Sets which events of one event type a sequence takes. Used by one thread, inside <see cref="SequenceDefinitionBuilder.From"/>.
/// </summary>
public sealed class FromClauseBuilder
{
    private readonly string _eventType;
    private Setting<int> _count;
    private Setting<TimeSpan>? _window;
    private Predicate? _where;

    internal FromClauseBuilder(string eventType) => _eventType = eventType;

    /// <summary>Takes at most this many rows of the type, the newest ones. Required.</summary>
    public FromClauseBuilder Last(Setting<int> count)
    {
        _count = count;
        return this;
    }

    /// <summary>Takes only events of at most this age, in whole milliseconds.</summary>
    public FromClauseBuilder Within(Setting<TimeSpan> window)
    {
        _window = window;
        return this;
    }

    /// <summary>
    /// Keeps only events for which the condition is true. Further calls add conditions that must be true as well.
    /// </summary>
    public FromClauseBuilder Where(Predicate condition)
    {
        _where = _where is null ? condition : _where & condition;
        return this;
    }

    internal FromClause Build() => new() { EventType = _eventType, Count = _count, Window = _window, Where = _where };
}
