using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Core.Serving.Features;

/// <summary>Writes a number derived from each row's time: whole milliseconds, or a number of units with a fraction.</summary>
/// <typeparam name="TTo">The type of the tensor's elements.</typeparam>
/// <param name="measure">The time to write.</param>
/// <param name="oldestFirst">Whether the chosen rows are ordered oldest first, so that the next older row comes before.</param>
/// <param name="unitMs">The milliseconds of one unit.</param>
/// <param name="whole">Converts milliseconds to an element; null when they are first divided or scaled.</param>
/// <param name="scaled">Converts a number of units to an element. Used when <paramref name="whole"/> is null.</param>
internal sealed class TimeKernel<TTo>(
    TimeMeasure measure, bool oldestFirst, double unitMs, NumberConversion<long, TTo>? whole, NumberConversion<double, TTo> scaled)
    : FeatureKernel(1, ByteSize.SizeOf<TTo>())
    where TTo : unmanaged
{
    private const int Chunk = 64;

    protected override void WriteDense(RowSet rows, ReadOnlySpan<int> chosen, int first, int count, Span<byte> destination)
    {
        Span<TTo> output = MemoryMarshal.Cast<byte, TTo>(destination);
        Span<long> chunk = stackalloc long[Chunk];
        Span<double> units = stackalloc double[Chunk];
        for (int done = 0; done < count; done += Chunk)
        {
            Span<long> some = chunk[..Math.Min(Chunk, count - done)];
            Measure(rows, chosen, first + done, some);
            if (whole is not null)
            {
                whole.Convert(some, output.Slice(done, some.Length));
                continue;
            }

            for (int i = 0; i < some.Length; i++)
            {
                units[i] = some[i] / unitMs;
            }

            scaled.Convert(units[..some.Length], output.Slice(done, some.Length));
        }
    }

    private void Measure(RowSet rows, ReadOnlySpan<int> chosen, int first, Span<long> milliseconds)
    {
        ReadOnlySpan<long> times = rows.Times;
        for (int i = 0; i < milliseconds.Length; i++)
        {
            long time = times[chosen[first + i]];
            int older = oldestFirst ? first + i - 1 : first + i + 1;
            milliseconds[i] = measure switch
            {
                TimeMeasure.Time => time,
                TimeMeasure.Age => rows.NowMs - time,
                _ => (uint)older < (uint)chosen.Length ? time - times[chosen[older]] : 0,
            };
        }
    }
}
