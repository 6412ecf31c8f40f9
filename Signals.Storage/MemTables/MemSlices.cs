using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>Walks the chunks of an entry from the last arrivals to the first, showing only rows below the count it was made with.</summary>
/// <remarks>Thread contract: one reader's own; valid as long as the <see cref="MemRows"/> it came from.</remarks>
internal unsafe struct MemSlices(MemArena arena, uint tail, int visible)
{
    private const int PrefetchedBytes = 128;

    private uint _next = tail;
    private uint _current;

    public MemChunk* Chunk { get; private set; }

    /// <summary>Visible rows of the current chunk.</summary>
    public int Count { get; private set; }

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

    /// <summary>Fetches the header and the times of the chunk that comes next into the processor's cache.</summary>
    public readonly void PrefetchNext()
    {
        if (_next != 0)
        {
            Prefetch.Lines(new ReadOnlySpan<byte>(arena.Pointer(_next), PrefetchedBytes));
        }
    }

    /// <summary>The name of a row of the current chunk.</summary>
    public readonly long Row(int index) => ((long)_current * MemChunk.MaxCapacity) + index;
}
