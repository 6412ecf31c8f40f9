using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>Offsets and constants of a column chunk, shared by writer and reader; see docs/formats/column-chunk.md.</summary>
internal static class ColumnChunkFormat
{
    /// <summary>Offset of the <see cref="ChunkEncoding"/>.</summary>
    public const int EncodingOffset = 0;

    /// <summary>Offset of the <see cref="ChunkStates"/>.</summary>
    public const int StatesOffset = 1;

    /// <summary>Offset of the width of offsets or codes; 0 where the encoding has none.</summary>
    public const int UnitWidthOffset = 2;

    /// <summary>
    /// Offset of the <see cref="ColumnKind"/> of the values, where it is not the one that the container gives the chunk; 0 otherwise. On
    /// disk only a batch record of version 2 has it; in memory, also a chunk that was loaded from a file with a narrower column.
    /// </summary>
    public const int StoredKindOffset = 3;

    /// <summary>The length of the header in bytes; the payload starts behind it.</summary>
    public const int HeaderLength = 4;

    /// <summary>The bytes of a dictionary's entry count.</summary>
    public const int EntryCountLength = sizeof(ushort);

    /// <summary>The bytes of the end offset of a variable dictionary entry.</summary>
    public const int EntryEndLength = sizeof(uint);

    /// <summary>The largest number of entries of a dictionary.</summary>
    public const int MaxEntries = ushort.MaxValue;

    /// <summary>The largest number of bits of a packed offset: eight bytes hold it at whatever bit of a byte it starts.</summary>
    public const int MaxPackedBits = 57;

    /// <summary>
    /// The zeros after packed offsets. They let a reader load eight bytes from the byte in which any offset starts.
    /// </summary>
    public const int PackedPadding = sizeof(ulong) - 1;

    /// <summary>The bytes of the packed states at the end of a chunk.</summary>
    public static int StatesLength(ChunkStates states, int rows) => states == ChunkStates.PerRow ? (int)(((uint)rows + 3) / 4) : 0;

    /// <summary>The bytes of packed offsets, including the zeros after them.</summary>
    public static long PackedLength(int rows, int bits) => ((((long)rows * bits) + 7) >> 3) + PackedPadding;

    /// <summary>The narrowest offset, 1, 2, 4 or 8 bytes, that holds <paramref name="largest"/>.</summary>
    [MethodImpl(Compile.InFull)]
    public static int UnitWidthFor(ulong largest) => largest switch
    {
        <= byte.MaxValue => 1,
        <= ushort.MaxValue => 2,
        <= uint.MaxValue => 4,
        _ => 8,
    };
}
