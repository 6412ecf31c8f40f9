using Signals.Core.Columns;
using Signals.Core.Schema;

namespace Signals.Storage.MemTables;

/// <summary>Where each column of an event type lies inside a <see cref="MemChunk"/> of a given capacity.</summary>
/// <remarks>
/// Thread contract: immutable. A column of a chunk with capacity c starts at 24 + c x (bytes a row of all before it).
/// Variable-length columns hold a <see cref="MemBytes"/>.
/// </remarks>
internal sealed class ChunkLayout
{
    private const int MaxChunkBytes = 32 * 1024;
    private const int KeyBytes = 16;

    private readonly int[] _columnPrefix;
    private readonly int _statePrefix;

    public ChunkLayout(EventTypeSchema type)
    {
        int prefix = KeyBytes;
        Columns = new ColumnType[type.Columns.Count];
        _columnPrefix = new int[Columns.Length];
        for (int i = 0; i < Columns.Length; i++)
        {
            Columns[i] = type.Columns[i].Type;
            _columnPrefix[i] = prefix;
            prefix += StoredWidth(i);
        }

        _statePrefix = prefix;
        RowBytes = prefix + Columns.Length;
    }

    public ColumnType[] Columns { get; }

    public int RowBytes { get; }

    public static int TimesOffset => MemChunk.HeaderBytes;

    public static int IdsOffset(int capacity) => MemChunk.HeaderBytes + (8 * capacity);

    public int StoredWidth(int column) => Columns[column].IsVariable ? MemBytes.Bytes : Columns[column].Width;

    public int ColumnOffset(int column, int capacity) => MemChunk.HeaderBytes + (_columnPrefix[column] * capacity);

    public int StatesOffset(int column, int capacity) => MemChunk.HeaderBytes + ((_statePrefix + column) * capacity);

    public long ChunkBytes(int capacity) => MemChunk.HeaderBytes + ((long)RowBytes * capacity);

    /// <summary>Chunks double from 4 to 64 rows, or stay where doubling would pass 32 KiB.</summary>
    public int NextCapacity(int capacity)
    {
        int doubled = Math.Min(MemChunk.MaxCapacity, capacity * 2);
        return ChunkBytes(doubled) <= MaxChunkBytes ? doubled : capacity;
    }
}
