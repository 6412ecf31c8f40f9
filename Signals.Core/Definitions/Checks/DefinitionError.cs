namespace Signals.Definitions;

/// <summary>One error in a definition.</summary>
/// <param name="Path">
/// The place of the error as a JSON path, such as <c>$.sources[1].count</c>. It is the same whether the definition came from code
/// or from JSON.
/// </param>
/// <param name="Message">What was found and what was expected.</param>
public readonly record struct DefinitionError(string Path, string Message)
{
    /// <summary>The path and the message in one line.</summary>
    public override string ToString() => $"{Path}: {Message}";
}
