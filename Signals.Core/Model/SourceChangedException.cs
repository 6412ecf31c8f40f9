namespace Signals.Core.Model;

/// <summary>
/// What a source sends is not the source whose position the store has: another one came under its name, it ends before the position, or no
/// record begins there. Nothing was taken. Reset the source if it is meant to begin anew.
/// </summary>
/// <param name="source">The source's name.</param>
/// <param name="message">What was found and what was expected.</param>
public sealed class SourceChangedException(string source, string message) : SignalsException($"Source '{source}': {message}")
{
    /// <summary>The source's name.</summary>
    public string SourceName { get; } = source;
}
