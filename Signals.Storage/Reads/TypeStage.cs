using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>The chosen rows of one event type, newest first: their keys and where they are.</summary>
/// <remarks>Thread contract: owned by one read at a time; reused.</remarks>
internal sealed class TypeStage
{
    public PooledList<long> Times { get; } = new();

    public PooledList<ulong> Ids { get; } = new();

    public PooledList<RowSlice> Slices { get; } = new();

    public int Count => Times.Count;

    public void Clear()
    {
        Times.Clear();
        Ids.Clear();
        Slices.Clear();
    }
}
