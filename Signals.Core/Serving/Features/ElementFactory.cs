using System.Numerics;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Serving.Features;

/// <summary>Converts numbers of any type to the elements of one tensor type. Immutable; any thread.</summary>
internal abstract class ElementFactory<TTo>
    where TTo : unmanaged
{
    /// <summary>Whether a value of type <typeparamref name="TFrom"/> is an element without a conversion.</summary>
    public abstract bool TakesAsIs<TFrom>(bool isBoolean)
        where TFrom : unmanaged;

    public abstract NumberConversion<TFrom, TTo> From<TFrom>()
        where TFrom : unmanaged, INumber<TFrom>;

    /// <summary>The element of a value.</summary>
    public TTo Convert<TFrom>(TFrom value)
        where TFrom : unmanaged, INumber<TFrom>
    {
        TTo element = default;
        From<TFrom>().Convert(new ReadOnlySpan<TFrom>(in value), new Span<TTo>(ref element));
        return element;
    }

    /// <summary>The element of a default value; the element of 0 when there is no default.</summary>
    public TTo Convert(Literal? literal, Scaling? scaling) => (literal, scaling) switch
    {
        (null, null) => default,
        (null, { } map) => Convert(map.Apply(0)),
        ({ Kind: LiteralKind.Boolean } value, _) => Convert(value.Boolean ? 1L : 0L),
        ({ } value, { } map) => Convert(map.Apply(value.AsDouble)),
        ({ Kind: LiteralKind.Int64 } value, _) => Convert(value.Int64),
        ({ Kind: LiteralKind.UInt64 } value, _) => Convert(value.UInt64),
        ({ } value, _) => Convert(value.Float64),
    };

    /// <summary>The elements of the numbers from 0 to <paramref name="most"/>.</summary>
    public TTo[] Counts(int most)
    {
        TTo[] counts = new TTo[most + 1];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = Convert((long)i);
        }

        return counts;
    }
}
