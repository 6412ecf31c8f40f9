using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>
/// One version of a definition as it is kept from one opening of a store to the next. Immutable. A version with a condition in the
/// host's code has no JSON and no hash.
/// </summary>
/// <param name="Version">The version number.</param>
/// <param name="Json">The canonical JSON; empty when it has a condition in the host's code.</param>
/// <param name="ContentHash">The hash of the JSON; <c>null</c> when there is none.</param>
/// <param name="RegisteredAtMs">When it was registered first.</param>
/// <param name="LastServedIn">
/// The version of the store in which it was last replaced or retired; <see cref="StillServed"/> while that did not happen.
/// </param>
/// <param name="HasOwnStages">Whether stages of the host's code replaced the definition's own.</param>
internal sealed record StoredVersion(
    int Version, ReadOnlyMemory<byte> Json, UInt128? ContentHash, long RegisteredAtMs, ulong LastServedIn, bool HasOwnStages)
{
    /// <summary>The value of <see cref="LastServedIn"/> of a version that was not replaced or retired.</summary>
    public const ulong StillServed = ulong.MaxValue;

    /// <summary>Describes a definition that was just registered.</summary>
    public static StoredVersion Of(SequenceDefinition definition, DateTimeOffset registeredAt, bool hasOwnStages) => new(
        definition.Version,
        definition.IsPortable ? definition.ToUtf8Json() : default,
        definition.IsPortable ? definition.ComputeContentHash() : null,
        registeredAt.ToUnixTimeMilliseconds(),
        StillServed,
        hasOwnStages);
}
