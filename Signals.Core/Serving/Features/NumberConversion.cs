namespace Signals.Core.Serving.Features;

/// <summary>How elements of one type become elements of another. Immutable; any thread.</summary>
internal abstract class NumberConversion<TFrom, TTo>
    where TFrom : unmanaged
    where TTo : unmanaged
{
    /// <summary>Converts element by element; both are of one length.</summary>
    public abstract void Convert(ReadOnlySpan<TFrom> source, Span<TTo> destination);
}
