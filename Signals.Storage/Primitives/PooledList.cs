using System.Runtime.CompilerServices;

namespace Signals.Storage.Primitives;

/// <summary>
/// A list that hands out its memory as spans. It keeps the memory when it is cleared, so that reuse allocates nothing.
/// </summary>
/// <remarks>Thread contract: one thread at a time.</remarks>
internal sealed class PooledList<T>
{
    private T[] _items = [];

    public int Count { get; private set; }

    /// <summary>Bytes of the memory that the list keeps, whether used or not.</summary>
    public long HeldBytes => (long)_items.Length * Unsafe.SizeOf<T>();

    public ref T this[int index] => ref _items.AsSpan(0, Count)[index];

    public ReadOnlyMemory<T> Memory => _items.AsMemory(0, Count);

    public Span<T> Span => _items.AsSpan(0, Count);

    /// <summary>The memory that <see cref="Span"/> is the beginning of, until the list grows.</summary>
    public T[] Items => _items;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in T item)
    {
        if (Count == _items.Length)
        {
            Grow(Count + 1);
        }

        _items[Count++] = item;
    }

    /// <summary>Adds <paramref name="count"/> items with unspecified contents and returns them for writing.</summary>
    public Span<T> Extend(int count)
    {
        if (count > _items.Length - Count)
        {
            Grow(checked(Count + count));
        }

        Count += count;
        return _items.AsSpan(Count - count, count);
    }

    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count = count;
    }

    public void Clear() => Count = 0;

    /// <summary>Clears the list and drops the references that its items hold.</summary>
    public void Release()
    {
        _items.AsSpan(0, Count).Clear();
        Count = 0;
    }

    private void Grow(int needed) =>
        Array.Resize(ref _items, (int)Math.Max(needed, Math.Min(Array.MaxLength, Math.Max(16L, _items.Length * 2L))));
}
