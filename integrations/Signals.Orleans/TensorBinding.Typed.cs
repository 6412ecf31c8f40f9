using System.Runtime.InteropServices;
using Signals.Orleans.Wire;

namespace Signals.Orleans;

/// <summary>Memory of the caller with elements of one type. One thread.</summary>
internal sealed class TensorBinding<T>(TensorShape shape, Memory<T> memory) : TensorBinding(shape)
    where T : unmanaged
{
    protected override Span<byte> Destination => MemoryMarshal.AsBytes(memory.Span);
}
