using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// Collects the errors of one definition. Used by one thread. The number of errors is bounded, so hostile input costs little.
/// </summary>
internal sealed class DefinitionErrors
{
    private readonly List<DefinitionError> _errors = [];

    public int Count => _errors.Count;

    public bool IsFull => _errors.Count >= DefinitionLimits.MaxErrors;

    public IReadOnlyList<DefinitionError> All => _errors;

    public void Add(JsonPath path, string message)
    {
        if (!IsFull)
        {
            _errors.Add(new DefinitionError(path.ToString(), message));
        }
    }

    /// <exception cref="DefinitionException">There is at least one error.</exception>
    public void ThrowIfAny(string what)
    {
        if (_errors.Count > 0)
        {
            throw new DefinitionException(what, _errors.ToArray());
        }
    }
}
