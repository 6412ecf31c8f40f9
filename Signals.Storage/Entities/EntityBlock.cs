using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Enrichment;

namespace Signals.Storage.Entities;

/// <summary>
/// One block in memory: its validated, encoded columns and its keys, decoded and strictly ascending. Immutable apart from the
/// mark of use that the cache reads. Thread contract: any thread.
/// </summary>
internal sealed class EntityBlock
{
    private readonly EventTypeSchema _schema;
    private readonly byte[] _bytes;
    private readonly int[] _chunks; // where each chunk ends
    private readonly ulong[] _highs; // empty when all are zero
    private readonly ulong[] _lows;
    private int _referenced = 1;

    private EntityBlock(EventTypeSchema schema, byte[] bytes, int[] chunks, int rows)
    {
        _schema = schema;
        _bytes = bytes;
        _chunks = chunks;
        ColumnChunk high = KeyChunk(0, rows);
        _highs = high.Encoding == ChunkEncoding.Constant && high.GetLong(0) == 0 ? [] : new ulong[rows];
        _lows = new ulong[rows];
        high.CopyULongs(0, _highs.Length, _highs);
        KeyChunk(1, rows).CopyULongs(0, rows, _lows);
        Bytes = bytes.Length + (sizeof(ulong) * (_highs.Length + _lows.Length)) + (sizeof(int) * chunks.Length) + 128;
    }

    public int Rows => _lows.Length;

    /// <summary>Bytes of memory that the block takes.</summary>
    public int Bytes { get; }

    /// <summary>Opens the bytes of a block whose checksum was verified.</summary>
    /// <exception cref="InvalidDataException">
    /// The bytes are not a block of <paramref name="rows"/> rows of the schema.
    /// </exception>
    public static EntityBlock Open(EventTypeSchema schema, byte[] bytes, int rows)
    {
        int chunkCount = EntityFormat.FirstColumnChunk + schema.Columns.Count;
        long tableLength = (long)chunkCount * sizeof(uint);
        if (bytes.Length < tableLength)
        {
            throw new InvalidDataException(
                $"The block has {bytes.Length} bytes; the lengths of its {chunkCount} chunks alone take {tableLength}.");
        }

        int[] ends = new int[chunkCount];
        long end = tableLength;
        for (int i = 0; i < chunkCount; i++)
        {
            end += BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)));
            if (end > bytes.Length)
            {
                throw new InvalidDataException($"Chunk {i} ends at byte {end} of a block of {bytes.Length} bytes.");
            }

            ends[i] = (int)end;
        }

        if (end != bytes.Length)
        {
            throw new InvalidDataException($"The chunks end at byte {end}; the block has {bytes.Length} bytes.");
        }

        for (int i = 0; i < chunkCount; i++)
        {
            ColumnType type = i < EntityFormat.FirstColumnChunk
                ? ColumnType.Scalar<ulong>()
                : schema.ColumnSpan[i - EntityFormat.FirstColumnChunk].Type;
            int start = i == 0 ? (int)tableLength : ends[i - 1];
            ColumnChunk.Validate(type, bytes.AsSpan(start, ends[i] - start), rows);
        }

        EntityBlock block = new(schema, bytes, ends, rows);
        block.RequireOrder();
        return block;
    }

    public ulong HighOf(int row) => _highs.Length == 0 ? 0 : _highs[row];

    public ulong LowOf(int row) => _lows[row];

    /// <summary>The row of a key, or -1.</summary>
    public int Find(ulong high, ulong low)
    {
        if (_highs.Length == 0)
        {
            return high == 0 ? Math.Max(-1, _lows.AsSpan().BinarySearch(low)) : -1;
        }

        int first = 0;
        int last = _lows.Length - 1;
        while (first <= last)
        {
            int middle = (first + last) >>> 1;
            int order = EntityKey.Compare(_highs[middle], _lows[middle], high, low);
            if (order == 0)
            {
                return middle;
            }

            (first, last) = order < 0 ? (middle + 1, last) : (first, middle - 1);
        }

        return -1;
    }

    /// <summary>A column's chunk.</summary>
    public ColumnChunk Column(int column) => Chunk(EntityFormat.FirstColumnChunk + column, _schema.ColumnSpan[column].Type, Rows);

    /// <summary>Prefetches the middle of the keys and the start of the bytes, which a search touches first.</summary>
    public void Prefetch()
    {
        Signals.Storage.Primitives.Prefetch.Line(ref _lows[_lows.Length / 2]);
        Signals.Storage.Primitives.Prefetch.Line(ref _bytes[0]);
    }

    /// <summary>Marks the block as used, for the cache.</summary>
    public void MarkUsed()
    {
        if (Volatile.Read(ref _referenced) == 0)
        {
            Volatile.Write(ref _referenced, 1);
        }
    }

    /// <summary>Whether the block was used since the last call. Clears the mark.</summary>
    public bool TakeReferenced() => Interlocked.Exchange(ref _referenced, 0) != 0;

    private ColumnChunk KeyChunk(int chunk, int rows) => Chunk(chunk, ColumnType.Scalar<ulong>(), rows);

    private ColumnChunk Chunk(int chunk, ColumnType type, int rows)
    {
        int start = chunk == 0 ? _chunks.Length * sizeof(uint) : _chunks[chunk - 1];
        return ColumnChunk.Open(type, _bytes.AsSpan(start, _chunks[chunk] - start), rows);
    }

    private void RequireOrder()
    {
        for (int row = 1; row < Rows; row++)
        {
            if (EntityKey.Compare(HighOf(row - 1), LowOf(row - 1), HighOf(row), LowOf(row)) >= 0)
            {
                throw new InvalidDataException($"The key of row {row} is not greater than the one before it.");
            }
        }
    }
}
