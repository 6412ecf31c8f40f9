using System.Numerics;

namespace Signals.Core.Serving.Features;

/// <summary>Creates elements that are numbers.</summary>
internal sealed class NumberElements<TTo> : ElementFactory<TTo>
    where TTo : unmanaged, INumber<TTo>
{
    public override bool TakesAsIs<TFrom>(bool isBoolean) => typeof(TFrom) == typeof(TTo);

    public override NumberConversion<TFrom, TTo> From<TFrom>() => SaturatingConversion<TFrom, TTo>.Instance;
}
