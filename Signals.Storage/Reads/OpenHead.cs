using Signals.Storage.Heads;

namespace Signals.Storage.Reads;

/// <summary>A head that a read has opened, and the rows of it that the query can return.</summary>
/// <remarks>Thread contract: one read, inside its epoch. The rows count only if they are unchanged after they were copied.</remarks>
internal struct OpenHead
{
    /// <summary>The rows of the head.</summary>
    public HeadRows Rows;

    /// <summary>Where the columns of the query lie in it.</summary>
    public HeadMap Map;

    /// <summary>The first of the chosen rows.</summary>
    public int First;

    /// <summary>How many rows are chosen.</summary>
    public int Count;

    /// <summary>Whether the store holds an event of the user and type that is not hidden.</summary>
    public bool IsKnown;

    /// <summary>The times of the chosen rows, newest first.</summary>
    public readonly ReadOnlySpan<long> Times => Rows.Times.Slice(First, Count);
}
