using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Signals.Bench.Scans;

/// <summary>What a pass over events saw, so that passes can be compared and none is optimised away. Immutable.</summary>
/// <param name="Rows">How many events.</param>
/// <param name="Times">The sum of their times.</param>
/// <param name="Ids">The sum of their ids.</param>
/// <param name="Items">The sum of a column of integers.</param>
/// <param name="Bits">The sum of the bits of a column of floats.</param>
internal readonly record struct Sums(long Rows, long Times, ulong Ids, int Items, int Bits)
{
    public static Sums Of(ReadOnlySpan<long> times, ReadOnlySpan<ulong> ids, ReadOnlySpan<int> items, ReadOnlySpan<float> floats) => new(
        times.Length, TensorPrimitives.Sum(times), TensorPrimitives.Sum(ids), TensorPrimitives.Sum(items),
        TensorPrimitives.Sum(MemoryMarshal.Cast<float, int>(floats)));

    public Sums Plus(in Sums other) => new(
        Rows + other.Rows, Times + other.Times, Ids + other.Ids, Items + other.Items, Bits + other.Bits);
}
