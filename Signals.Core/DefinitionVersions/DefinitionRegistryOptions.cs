namespace Signals.Core.DefinitionVersions;

/// <summary>The limits of a <see cref="DefinitionRegistry{TPlan}"/>. They are read once, when the registry is created.</summary>
internal sealed record DefinitionRegistryOptions
{
    /// <summary>
    /// The largest number of definitions of one owner, counted by name. For code and a log those count that were registered since the
    /// opening, for an operator all that are kept.
    /// </summary>
    public int MaxDefinitionsPerOwner { get; init; } = 256;

    /// <summary>
    /// The number of versions of one definition that are kept, the active one included. The version that was registered first
    /// goes first, except for the active one and the one that code registered last.
    /// </summary>
    public int MaxVersions { get; init; } = 16;

    /// <summary>
    /// The number of override sets of one version whose plans are kept. When they are full, the next one replaces the one that
    /// was kept longest.
    /// </summary>
    public int MaxVariants { get; init; } = 64;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxDefinitionsPerOwner);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxVersions, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxVariants);
    }
}
