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

    /// <summary>Offset of a byte that is 0.</summary>
    public const int ReservedOffset = 3;

    /// <summary>Where the payload starts.</summary>
    public const int HeaderLength = 4;

    /// <summary>Bytes of the entry count of a dictionary.</summary>
    public const int EntryCountLength = sizeof(ushort);

    /// <summary>Bytes of an end offset of a variable dictionary entry.</summary>
    public const int EntryEndLength = sizeof(uint);

    /// <summary>Most entries of a dictionary.</summary>
    public const int MaxEntries = ushort.MaxValue;

    /// <summary>Most bits of a packed offset: eight bytes hold it wherever in a byte it starts.</summary>
    public const int MaxPackedBits = 57;

    /// <summary>Zeros behind packed offsets, so that eight bytes can be read from the one on in which any offset starts.</summary>
    public const int PackedPadding = sizeof(ulong) - 1;

    /// <summary>Bytes of the packed states at the end of a chunk.</summary>
    public static int StatesLength(ChunkStates states, int rows) => states == ChunkStates.PerRow ? (int)(((uint)rows + 3) / 4) : 0;

    /// <summary>Bytes of packed offsets with the zeros behind them.</summary>
    public static long PackedLength(int rows, int bits) => ((((long)rows * bits) + 7) >> 3) + PackedPadding;

    /// <summary>The narrowest offset, 1, 2, 4 or 8 bytes, that holds <paramref name="largest"/>.</summary>
    public static int UnitWidthFor(ulong largest) => largest switch
    {
        <= byte.MaxValue => 1,
        <= ushort.MaxValue => 2,
        <= uint.MaxValue => 4,
        _ => 8,
    };
}
