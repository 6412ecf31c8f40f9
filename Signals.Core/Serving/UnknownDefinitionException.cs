namespace Signals.Serving;

/// <summary>No definition is registered under the name that a read asked for.</summary>
/// <param name="name">The name that was asked for.</param>
/// <param name="known">The names that are registered.</param>
public sealed class UnknownDefinitionException(string name, IEnumerable<string> known)
    : SignalsException($"There is no definition '{name}'; the registered ones are: {Describe(known)}.")
{
    /// <summary>The name that was asked for.</summary>
    public string Name { get; } = name;

    private static string Describe(IEnumerable<string> known)
    {
        string names = string.Join(", ", known.Order(StringComparer.Ordinal));
        return names.Length == 0 ? "none" : names;
    }
}
