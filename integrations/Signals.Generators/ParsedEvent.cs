namespace Signals.Generators;

/// <summary>What was read of one type with <c>[Event]</c>: the model, or what is wrong with it. Immutable.</summary>
internal sealed record ParsedEvent
{
    /// <summary>What to generate; null when something is wrong.</summary>
    public EventModel? Model { get; set; }

    /// <summary>What is wrong.</summary>
    public EquatableList<Finding> Findings { get; set; }

    /// <summary>The event type's name in the store; empty when it has none.</summary>
    public string EventType { get; set; } = "";

    /// <summary>The type's name in C#.</summary>
    public string TypeName { get; set; } = "";

    /// <summary>Where the type is declared.</summary>
    public SourcePlace Place { get; set; }
}
