namespace Signals.Tool;

/// <summary>The command line is wrong. The message says why.</summary>
internal sealed class UsageException(string message) : Exception(message);
