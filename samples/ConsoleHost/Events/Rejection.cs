namespace Signals.Samples.ConsoleHost.Events;

/// <summary>A reason for which something was refused.</summary>
/// <param name="Reason">The kind.</param>
/// <param name="Count">How often.</param>
/// <param name="Example">Where and what the first one was, if known.</param>
internal sealed record Rejection(string Reason, long Count, string? Example);
