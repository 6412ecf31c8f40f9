namespace Signals.Arrow;

/// <summary>
/// An Arrow file or stream cannot be taken or made: it is damaged, lacks a column, or a value does not fit. Immutable.
/// </summary>
public sealed class ArrowFileException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="file">The path of the file, or what the stream is called.</param>
    /// <param name="message">What was found, and what was expected.</param>
    /// <param name="innerException">The error below, if any.</param>
    public ArrowFileException(string file, string message, Exception? innerException = null)
        : base($"'{file}': {message}", innerException) => File = file;

    /// <summary>The path of the file, or what the stream is called.</summary>
    public string File { get; }
}
