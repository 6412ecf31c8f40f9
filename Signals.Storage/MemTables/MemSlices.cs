using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>
/// Walks the chunks of an entry from the last arrivals to the first. It shows only the rows below the count that it was created
/// with.
/// </summary>
/// <remarks>Thread contract: one reader. Valid as long as the <see cref="MemRows"/> that it came from.</remarks>
internal unsafe struct MemSlices(MemArena arena, uint tail, int visible)
{
    private const int PrefetchedBytes = 128;

    private uint _next = tail;
    private uint _current;

    public MemChunk* Chunk { get; private set; }

    /// <summary>Number of visible rows in the current chunk.</summary>
    public int Count { get; private set; }

    [MethodImpl(Compile.InFull)]
    public bool MoveNext()
    {
        while (_next != 0)
        {
            _current = _next;
            Chunk = (MemChunk*)arena.Pointer(_current);
            _next = Chunk->Previous;
            Count = Math.Min(visible - Chunk->FirstRow, Chunk->Capacity);
            if (Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Prefetches the header and the times of the next chunk.</summary>
    public readonly void PrefetchNext()
    {
        if (_next != 0)
        {
            Prefetch.Lines(new ReadOnlySpan<byte>(arena.Pointer(_next), PrefetchedBytes));
        }
    }

    /// <summary>The number of a row of the current chunk, as <see cref="MemRows"/> numbers rows.</summary>
    public readonly long Row(int index) => ((long)_current * MemChunk.MaxCapacity) + index;
}
