using System.Runtime.InteropServices;

namespace Signals.Storage.Heads;

/// <summary>
/// The newest events of one user and event type, merged and decoded, in native memory: this header, then the times, the ids and the
/// columns as <see cref="HeadLayout"/> places them. Rows lie newest first from <see cref="Start"/> on, so a read copies them as they
/// are. New rows go in front; the free places are before <see cref="Start"/>.
/// </summary>
/// <remarks>
/// Thread contract: a sequence lock. Whoever changes a head makes <see cref="Version"/> odd first, with a compare-and-swap, and even
/// again afterwards. A reader loads an even version, copies, and starts again when the version has changed. Invariants: the head holds
/// every event of the user at or after <see cref="CoversFrom"/>, and of the others the newest; it includes the first
/// <see cref="SeenRows"/> rows that memtable <see cref="SeenTable"/> has of the user and all rows of older memtables. Lifetime:
/// <see cref="HeadCache"/> frees it when no reader is left that may have found it.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct Head
{
    public const int Bytes = 64;

    /// <summary>A <see cref="Generation"/> that no head in force has.</summary>
    public const ulong Dead = ulong.MaxValue;

    public UserId User;

    /// <summary>The head holds every event from this time on.</summary>
    public long CoversFrom;

    /// <summary>What the rows were made from; see <see cref="HeadCache.GenerationOf"/>.</summary>
    public ulong Generation;

    /// <summary>The number of the memtable whose rows are partly in the head.</summary>
    public long SeenTable;

    /// <summary>How many rows of that memtable are in the head.</summary>
    public int SeenRows;

    public int Version;

    /// <summary>Bytes of the head.</summary>
    public int Size;

    public ushort Start;

    public ushort Count;

    public ushort Capacity;

    public ushort EventType;

    /// <summary>1 when a read has used the head since it was written where it is.</summary>
    public byte Used;

    /// <summary>
    /// 1 when the head was made with every event that a read could return, so that it may have room for few more.
    /// </summary>
    public byte IsWhole;

    /// <summary>1 while a read fills the head. Until then it belongs to that read, and nobody else changes it.</summary>
    public byte IsDraft;
}
