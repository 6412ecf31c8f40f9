namespace Signals.Core.Registry;

/// <summary>The bounds of a <see cref="DefinitionRegistry{TPlan}"/>. Read once when it is made.</summary>
internal sealed record RegistryOptions
{
    /// <summary>Definitions of one owner, by name.</summary>
    public int MaxDefinitionsPerOwner { get; init; } = 256;

    /// <summary>Versions of one definition that are kept, the active one among them; what goes first is what was registered first.</summary>
    public int MaxVersions { get; init; } = 16;

    /// <summary>Sets of overrides of one version whose plans are kept; when it is full, the next replaces the one that was kept longest.</summary>
    public int MaxVariants { get; init; } = 64;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxDefinitionsPerOwner);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxVersions, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxVariants);
    }
}
