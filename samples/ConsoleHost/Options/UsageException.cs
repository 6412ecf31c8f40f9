namespace Signals.Samples.ConsoleHost.Options;

/// <summary>An option is wrong. Its message is shown to the user as it is, without a stack trace.</summary>
internal sealed class UsageException(string message) : Exception(message);
