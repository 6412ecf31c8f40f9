using Signals.Core.Model;

namespace Signals.Core.Definitions;

/// <summary>A definition cannot be what it says. Carries every error that was found, not the first alone. Immutable.</summary>
public sealed class DefinitionException : SignalsException
{
    internal DefinitionException(string what, IReadOnlyList<DefinitionError> errors, Exception? innerException = null)
        : base($"{what}:{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", errors)}", innerException) => Errors = errors;

    /// <summary>Each error with its path, at most <see cref="DefinitionLimits.MaxErrors"/>.</summary>
    public IReadOnlyList<DefinitionError> Errors { get; }
}
