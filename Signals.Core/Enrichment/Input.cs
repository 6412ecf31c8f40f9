namespace Signals.Core.Enrichment;

/// <summary>
/// A handle on a fixed-width input of one signature, to read it from a batch without a lookup by name. Immutable and safe to share;
/// <c>default</c> belongs to nothing and is refused.
/// </summary>
/// <typeparam name="T">The type of one value, or of one component of a vector.</typeparam>
public readonly struct Input<T>
    where T : unmanaged
{
    internal Input(object owner, int ordinal)
    {
        Owner = owner;
        Ordinal = ordinal;
    }

    internal object? Owner { get; }

    internal int Ordinal { get; }
}
