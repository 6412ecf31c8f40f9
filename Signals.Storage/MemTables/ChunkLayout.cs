namespace Signals.Storage.MemTables;

/// <summary>Where each column of an event type lies inside a <see cref="MemChunk"/> of a given capacity.</summary>
/// <remarks>
/// Thread contract: immutable. In a chunk of capacity c, a column starts at 24 + c x (bytes per row of all columns before it). A
/// variable-length column holds <see cref="MemBytes"/>. The values of a wide column lie in a separate block, which is allocated
/// when a row of the chunk first has a value. The chunk ends with an arena reference for each wide column, 0 when there is no
/// block. So a wide column that nobody fills takes one byte per row, whatever its width.
/// </remarks>
internal sealed class ChunkLayout
{
    private const int MaxChunkBytes = 32 * 1024;
    private const int KeyBytes = 16;
    private const int WideBytes = 64;
    private const int SlotBytes = 8;

    private readonly int[] _columnPrefix;
    private readonly int[] _wideSlot;
    private readonly int _statePrefix;
    private readonly int _wideRowBytes;

    public ChunkLayout(EventTypeSchema type)
    {
        int prefix = KeyBytes;
        Columns = new ColumnType[type.Columns.Count];
        _columnPrefix = new int[Columns.Length];
        _wideSlot = new int[Columns.Length];
        for (int i = 0; i < Columns.Length; i++)
        {
            Columns[i] = type.Columns[i].Type;
            _columnPrefix[i] = prefix;
            _wideSlot[i] = IsWide(i) ? WideColumns++ : -1;
            prefix += IsWide(i) ? 0 : StoredWidth(i);
            _wideRowBytes += IsWide(i) ? StoredWidth(i) : 0;
        }

        _statePrefix = prefix;
        RowBytes = prefix + Columns.Length;
    }

    public ColumnType[] Columns { get; }

    /// <summary>Bytes of a row inside its chunk, without the values of wide columns.</summary>
    public int RowBytes { get; }

    /// <summary>Number of columns whose values lie outside the chunk.</summary>
    public int WideColumns { get; }

    public static int TimesOffset => MemChunk.HeaderBytes;

    public static int IdsOffset(int capacity) => MemChunk.HeaderBytes + (8 * capacity);

    public int StoredWidth(int column) => Columns[column].IsVariable ? MemBytes.Bytes : Columns[column].Width;

    /// <summary>Whether the values of a column lie in a separate block.</summary>
    public bool IsWide(int column) => !Columns[column].IsVariable && Columns[column].Width >= WideBytes;

    /// <summary>The offset in the chunk at which the values of a column that is not wide begin.</summary>
    public int ColumnOffset(int column, int capacity) => MemChunk.HeaderBytes + (_columnPrefix[column] * capacity);

    public int StatesOffset(int column, int capacity) => MemChunk.HeaderBytes + ((_statePrefix + column) * capacity);

    /// <summary>
    /// The offset of the reference to the block of a wide column. It is aligned, so that the reference is read and written
    /// atomically.
    /// </summary>
    public int WideSlotOffset(int column, int capacity) => SlotsOffset(capacity) + (_wideSlot[column] * SlotBytes);

    /// <summary>The offset at which the references to blocks begin. They are the end of the chunk.</summary>
    public int SlotsOffset(int capacity) => (MemChunk.HeaderBytes + (RowBytes * capacity) + SlotBytes - 1) & -SlotBytes;

    /// <summary>Bytes of a chunk without the blocks of wide columns.</summary>
    public long ChunkBytes(int capacity) => WideColumns == 0
        ? MemChunk.HeaderBytes + ((long)RowBytes * capacity)
        : SlotsOffset(capacity) + ((long)WideColumns * SlotBytes);

    /// <summary>
    /// Bytes of a chunk and of the blocks of all its wide columns, each block being an allocation of its own in the arena.
    /// </summary>
    public long MostBytes(int capacity) => ChunkBytes(capacity) + ((long)_wideRowBytes * capacity) + ((long)WideColumns * SlotBytes);

    /// <summary>
    /// The capacity of the next chunk: it doubles from 4 to 64 rows, but stays as it is where doubling would exceed 32 KiB.
    /// </summary>
    public int NextCapacity(int capacity)
    {
        int doubled = Math.Min(MemChunk.MaxCapacity, capacity * 2);
        return MostBytes(doubled) <= MaxChunkBytes ? doubled : capacity;
    }
}
