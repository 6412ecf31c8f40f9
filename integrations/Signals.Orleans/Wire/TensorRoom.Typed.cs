using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Orleans.Wire;

/// <summary>Memory for one tensor of one type of element. One thread.</summary>
internal sealed class TensorRoom<T> : TensorRoom
    where T : unmanaged
{
    private readonly TensorShape _shape;
    private readonly int _users;
    private readonly T[] _values;

    // Not from the pool, whose arrays are longer than they were asked for: a tensor over such an array has no span of its elements.
    public TensorRoom(TensorShape shape, int users)
    {
        _shape = shape;
        _users = users;
        _values = GC.AllocateUninitializedArray<T>(checked((int)(BytesOf(shape, users) / SizeOf(shape.Element))));
    }

    public override ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(_values.AsSpan());

    public override void BindTo(TensorSet set) =>
        set.BindTensor(_shape.Name, Tensor.Create(_values, [_users, _shape.Rows, _shape.Width]));
}
