namespace Signals.Samples.ConsoleHost.Generation;

/// <summary>Identity of a generated event. The fields follow from it, so a repeat needs nothing else.</summary>
internal readonly record struct ShoppingKey(uint User, long TimeMs, ulong Id, byte Type);
