namespace Signals.Samples.ConsoleHost.Options;

/// <summary>Where the event type of a row comes from, and which types there can be.</summary>
/// <param name="Source">What decides the type.</param>
/// <param name="Column">The column that decides it; null for a constant.</param>
/// <param name="Names">Every type that the store must know.</param>
internal sealed record EventTypeMapping(EventTypeSource Source, string? Column, IReadOnlyList<string> Names);
