namespace Signals.Orleans.Replicas;

/// <summary>What is proven about how late a replica is, so that a later moment can tell its lag. Immutable.</summary>
/// <param name="Records">The records that it lacks of the last known end; null when no end is known.</param>
/// <param name="Since">
/// Everything that was acknowledged before this moment is applied, as the time provider counts; <see cref="Never"/> when nothing is proven.
/// </param>
internal readonly record struct LagProof(long? Records, long Since)
{
    public const long Never = long.MinValue;

    public bool IsKnown => Since != Never;
}
