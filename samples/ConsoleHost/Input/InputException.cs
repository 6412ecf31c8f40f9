namespace Signals.Samples.ConsoleHost.Input;

/// <summary>The input is missing, may not be read, or is not what it was said to be. Its message is shown as it is.</summary>
internal class InputException(string message, Exception? inner = null) : Exception(message, inner);
