namespace Signals.Core.Serving.Features;

/// <summary>Creates elements that are bytes of 0 or 1.</summary>
internal sealed class BooleanElements : ElementFactory<byte>
{
    public override bool TakesAsIs<TFrom>(bool isBoolean) => isBoolean;

    public override NumberConversion<TFrom, byte> From<TFrom>() => BooleanConversion<TFrom>.Instance;
}
