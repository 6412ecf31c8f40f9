using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>
/// The memory of a buffer that grows: an array, or native memory where the buffer belongs to background work. Used by one thread at a
/// time. What <see cref="Resize"/> adds holds anything. It lives as long as its buffer, or as the <see cref="OwnedMemory"/>.
/// </summary>
internal struct BufferMemory<T>
    where T : unmanaged
{
    private readonly NativeBlock? _block;
    private T[] _array = [];

    /// <summary>Creates memory.</summary>
    /// <param name="memory">Where it is taken from; null for an array.</param>
    /// <param name="capacity">The length of an array. Native memory is taken only when it is needed.</param>
    public BufferMemory(OwnedMemory? memory, int capacity)
    {
        _block = memory?.CreateBlock();
        _array = _block is null && capacity > 0 ? new T[capacity] : [];
    }

    /// <summary>The number of items for which there is room.</summary>
    public readonly int Length => _block is null ? _array.Length : _block.LengthOf<T>();

    /// <summary>All of the memory. Valid until the next change of the length.</summary>
    public readonly Span<T> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _block is null ? _array : _block.Span<T>();
    }

    /// <summary>The memory of an array.</summary>
    /// <exception cref="InvalidOperationException">The memory is native, so only spans of it exist.</exception>
    public readonly ReadOnlyMemory<T> Array =>
        _block is null ? _array : throw new InvalidOperationException("These rows lie in native memory; use spans.");

    /// <summary>Changes the length and keeps the contents.</summary>
    public void Resize(int length)
    {
        if (_block is null)
        {
            System.Array.Resize(ref _array, length);
        }
        else
        {
            _block.Resize<T>(length);
        }
    }
}
