namespace Signals.Storage.Tables;

/// <summary>
/// The decoded bytes of one chunk. Data is null while the chunk is not loaded. Length is 0 when every row is Absent.
/// </summary>
internal readonly record struct ChunkSlice(byte[]? Data, int Offset, int Length)
{
    /// <summary>A chunk that a block does not store because every row is Absent.</summary>
    public static ChunkSlice Absent { get; } = new([], 0, 0);

    /// <summary>The bytes of the column chunk.</summary>
    public ReadOnlySpan<byte> Bytes => Data.AsSpan(Offset, Length);
}
