namespace Signals.Samples.ConsoleHost.Verification;

/// <summary>One event in the model: what tells it from others of its user and type, and where its columns are.</summary>
internal readonly record struct ModelRow(long TimeMs, ulong Id, long Columns);
