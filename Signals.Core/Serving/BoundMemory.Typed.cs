using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Signals.Core.Serving.Features;
using Signals.Definitions;

namespace Signals.Core.Serving;

/// <summary>Memory or a dense tensor of one element type.</summary>
/// <param name="memory">The memory, used when there is no tensor.</param>
/// <param name="tensor">A dense tensor, or null.</param>
internal sealed class BoundMemory<T>(Memory<T> memory, Tensor<T>? tensor) : BoundMemory
    where T : unmanaged
{
    public override Span<byte> Bytes => MemoryMarshal.AsBytes(tensor is null ? memory.Span : Elements(tensor));

    public override void Require(string name, TensorType type, int users, int rows, int width)
    {
        if (!TensorElement.Holds<T>(type))
        {
            throw new ArgumentException($"The tensor '{name}' is of {type}, but the bound memory is of {typeof(T).Name}.");
        }

        if (tensor is not null && rows > 0)
        {
            RequireShape(name, tensor, users, rows, width);
        }
    }

    private static void RequireShape(string name, Tensor<T> tensor, int users, int rows, int width)
    {
        ReadOnlySpan<nint> lengths = tensor.Lengths;
        bool fits = lengths.Length switch
        {
            2 => lengths[0] >= users && lengths[1] == rows && width == 1,
            3 => lengths[0] >= users && lengths[1] == rows && lengths[2] == width,
            _ => false,
        };
        if (!fits)
        {
            throw new ArgumentException(
                $"The tensor '{name}' is [{users}, {rows}, {width}], but the bound one is [{string.Join(", ", lengths.ToArray())}].");
        }
    }

    // A dense tensor's elements lie side by side. Tensor.GetSpan does not see that when a length after the first is 1.
    private static Span<T> Elements(Tensor<T> tensor) =>
        MemoryMarshal.CreateSpan(ref tensor.GetPinnableReference(), checked((int)tensor.FlattenedLength));
}
