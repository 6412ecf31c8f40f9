namespace Signals.Samples.ConsoleHost.Verification;

/// <summary>One user's events of one type; the type is an index into the declared schema.</summary>
internal readonly record struct ModelKey(UserId User, ushort EventType);
