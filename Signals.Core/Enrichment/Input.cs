namespace Signals.Enrichment;

/// <summary>
/// A handle on a fixed-width input of one signature. Use it to read the input from a batch without a lookup by name. Immutable
/// and safe to share. A <c>default</c> handle belongs to no signature and is refused.
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
