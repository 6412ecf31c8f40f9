namespace Signals.Core.Definitions;

/// <summary>One thing that is wrong with a definition.</summary>
/// <param name="Path">Where, as a JSON path, such as <c>$.sources[1].count</c>; the same whether the definition came from code or JSON.</param>
/// <param name="Message">What was found and what was expected.</param>
public readonly record struct DefinitionError(string Path, string Message)
{
    /// <summary>Path and message, as one line.</summary>
    public override string ToString() => $"{Path}: {Message}";
}
