using System.Runtime.InteropServices;

namespace Signals.Storage.MemTables;

/// <summary>
/// Header of a columnar chunk in the arena: rows of one user and type, in order of arrival. After it come, each
/// of <see cref="Capacity"/> entries, the times, the ids, the columns and a state byte per column and row.
/// </summary>
/// <remarks>Written by the one writer; a row below the entry's published count never changes again.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct MemChunk
{
    public const int HeaderBytes = 24;
    public const int FirstCapacity = 4;
    public const int MaxCapacity = 64;

    /// <summary>Arena reference of the chunk with the rows before these; 0 for the first.</summary>
    public uint Previous;

    public int Capacity;

    /// <summary>How many rows of the same user and type lie in the chunks before.</summary>
    public int FirstRow;

    private readonly int _reserved;

    /// <summary>
    /// No row of the chunks before is newer, so whoever goes back through the chunks knows when all rows after a time are behind. Written
    /// with the chunk and never changed; the entry's bounds at that moment.
    /// </summary>
    public long NewestBefore;
}
