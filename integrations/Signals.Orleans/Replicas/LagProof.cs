namespace Signals.Orleans.Replicas;

/// <summary>What is proven about how late a replica is, so that a later moment can tell its lag. Immutable.</summary>
/// <param name="Lacking">The records that it lacks of the last known end; <see cref="Unknown"/> when no end is known.</param>
/// <param name="Since">
/// Everything that was acknowledged before this moment is applied, as the time provider counts; <see cref="Never"/> when nothing is proven.
/// </param>
/// <remarks>Both are plain numbers, because every local read carries them.</remarks>
internal readonly record struct LagProof(long Lacking, long Since)
{
    public const long Never = long.MinValue;
    public const long Unknown = -1;

    public bool IsKnown => Since != Never;

    public long? Records => Lacking < 0 ? null : Lacking;
}
