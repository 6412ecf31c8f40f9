namespace Signals.Core.Serving.Features;

/// <summary>Converts elements of one type to elements of another. Immutable; any thread.</summary>
internal abstract class NumberConversion<TFrom, TTo>
    where TFrom : unmanaged
    where TTo : unmanaged
{
    /// <summary>Converts element by element. Both spans have the same length.</summary>
    public abstract void Convert(ReadOnlySpan<TFrom> source, Span<TTo> destination);
}
