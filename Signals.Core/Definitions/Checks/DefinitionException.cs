namespace Signals.Definitions;

/// <summary>A definition is invalid. The exception lists the errors that were found, not only the first. Immutable.</summary>
public sealed class DefinitionException : SignalsException
{
    internal DefinitionException(string what, IReadOnlyList<DefinitionError> errors, Exception? innerException = null)
        : base($"{what}:{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", errors)}", innerException) => Errors = errors;

    /// <summary>The errors with their paths, at most 100.</summary>
    public IReadOnlyList<DefinitionError> Errors { get; }
}
