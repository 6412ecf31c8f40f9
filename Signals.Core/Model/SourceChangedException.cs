namespace Signals;

/// <summary>
/// The data of a source does not continue at the position that the store holds for it: another source uses the name, the data
/// ends before the position, or no record begins there. Nothing was taken. Reset the source if it is meant to start anew.
/// </summary>
/// <param name="source">The source's name.</param>
/// <param name="message">What was found and what was expected.</param>
public sealed class SourceChangedException(string source, string message) : SignalsException($"Source '{source}': {message}")
{
    /// <summary>The source's name.</summary>
    public string SourceName { get; } = source;
}
