using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>A list in the native memory of a piece of background work. It keeps its memory when it is cleared.</summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: that of the <see cref="OwnedMemory"/>. A span is valid until the next growth.
/// </remarks>
internal sealed class NativeList<T>(OwnedMemory memory)
    where T : unmanaged
{
    private const int FirstCapacity = 16;

    private readonly NativeBlock _block = memory.CreateBlock();

    public int Count { get; private set; }

    public ref T this[int index] => ref Span[index];

    public Span<T> Span => _block.Span<T>()[..Count];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in T item)
    {
        T added = item; // the item may lie in the memory that moves
        Extend(1)[0] = added;
    }

    /// <summary>Adds <paramref name="count"/> items with unspecified contents and returns them for writing.</summary>
    [MethodImpl(Compile.InFull)]
    public Span<T> Extend(int count)
    {
        int room = _block.LengthOf<T>();
        if (count > room - Count)
        {
            int needed = checked(Count + count);
            _block.Resize<T>((int)Math.Max(needed, Math.Min(Array.MaxLength, Math.Max(FirstCapacity, 2L * room))));
        }

        Count += count;
        return _block.Span<T>().Slice(Count - count, count);
    }

    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count = count;
    }

    public void Clear() => Count = 0;
}
