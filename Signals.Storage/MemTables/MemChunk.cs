using System.Runtime.InteropServices;

namespace Signals.Storage.MemTables;

/// <summary>
/// The header of a columnar chunk in the arena: rows of one user and event type, in order of arrival. The times, the ids, the
/// columns and one state byte per column and row follow it, each for <see cref="Capacity"/> rows.
/// </summary>
/// <remarks>Thread contract: one writer. A row below the published count of its entry never changes again.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct MemChunk
{
    public const int HeaderBytes = 24;
    public const int FirstCapacity = 4;
    public const int MaxCapacity = 64;

    /// <summary>Arena reference of the chunk with the rows before these; 0 for the first chunk.</summary>
    public uint Previous;

    public int Capacity;

    /// <summary>How many rows of the same user and event type lie in the chunks before this one.</summary>
    public int FirstRow;

    private readonly int _reserved;

    /// <summary>
    /// The newest time that the chunks before this one can hold. A reader that walks back through the chunks can stop once all
    /// rows after its time are found. Written with the chunk and never changed: it is the entry's newest time at that moment.
    /// </summary>
    public long NewestBefore;
}
