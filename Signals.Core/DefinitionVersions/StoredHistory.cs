namespace Signals.Core.DefinitionVersions;

/// <summary>What is kept of one name from one opening of a store to the next. Immutable.</summary>
internal sealed record StoredHistory
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>Who owns the name.</summary>
    public required string Owner { get; init; }

    /// <summary>Whether <c>Retire</c> took it out of service.</summary>
    public bool IsRetired { get; init; }

    /// <summary>The version that code registered last; 0 when it is not kept.</summary>
    public int LastRegistered { get; init; }

    /// <summary>The versions that can be activated, in the order of their registration.</summary>
    public IReadOnlyList<StoredVersion> Versions { get; init; } = [];

    /// <summary>Versions that only receipts need.</summary>
    public IReadOnlyList<StoredVersion> Past { get; init; } = [];

    /// <summary>The order in which versions were active, as indexes into <see cref="Versions"/>; the last one is active.</summary>
    public IReadOnlyList<int> Activations { get; init; } = [];

    /// <summary>The shadow of the active version; <c>null</c> for none.</summary>
    public StoredShadow? Shadow { get; init; }
}
