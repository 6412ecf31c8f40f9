using System.Numerics;
using Signals.Definitions;

namespace Signals.Core.Serving.Features;

/// <summary>Applies a definition's scaling in double, then converts the result.</summary>
/// <param name="scaling">The linear map.</param>
/// <param name="last">Converts the mapped number to the tensor's element.</param>
internal sealed class ScaledConversion<TFrom, TTo>(Scaling scaling, NumberConversion<double, TTo> last) : NumberConversion<TFrom, TTo>
    where TFrom : unmanaged, INumber<TFrom>
    where TTo : unmanaged
{
    private const int Chunk = 64;

    public override void Convert(ReadOnlySpan<TFrom> source, Span<TTo> destination)
    {
        Span<double> numbers = stackalloc double[Chunk];
        for (int done = 0; done < source.Length; done += Chunk)
        {
            ReadOnlySpan<TFrom> some = source.Slice(done, Math.Min(Chunk, source.Length - done));
            for (int i = 0; i < some.Length; i++)
            {
                numbers[i] = scaling.Apply(double.CreateSaturating(some[i]));
            }

            last.Convert(numbers[..some.Length], destination.Slice(done, some.Length));
        }
    }
}
