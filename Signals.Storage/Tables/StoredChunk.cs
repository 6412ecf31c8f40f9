using System.Buffers.Binary;
using K4os.Compression.LZ4;
using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>
/// Checks and decodes one chunk as it lies on disk: payload, then its checksum, which is verified before anything is decoded; a length
/// is bounded before it is allocated. Stateless; any thread.
/// </summary>
internal static class StoredChunk
{
    /// <summary>Verifies the checksum and returns how long the chunk is decoded.</summary>
    /// <exception cref="Core.Model.CorruptionException">The bytes are not the chunk that was written there.</exception>
    public static int Measure(TableFile file, long offset, ReadOnlySpan<byte> stored, ChunkCodec codec)
    {
        int payload = stored.Length - TableFormat.ChecksumLength;
        if (payload <= 0)
        {
            throw file.Corrupt(offset, $"a chunk of {stored.Length} bytes has no room for a checksum");
        }

        file.RequireChecksum(offset, stored[..payload], BinaryPrimitives.ReadUInt32LittleEndian(stored[payload..]));
        switch (codec)
        {
            case ChunkCodec.Plain:
                return payload;
            case ChunkCodec.Lz4 when payload > sizeof(uint):
                uint length = BinaryPrimitives.ReadUInt32LittleEndian(stored);
                return length <= (long)payload * TableFormat.MaxLz4Expansion && length <= (uint)Array.MaxLength
                    ? (int)length
                    : throw file.Corrupt(offset, $"{payload} bytes of LZ4 cannot hold {length} bytes");
            default:
                throw file.Corrupt(offset, $"chunk of {payload} bytes with codec {(byte)codec}, unknown to this version");
        }
    }

    /// <summary>Decodes a measured chunk into exactly its length and checks its structure.</summary>
    /// <exception cref="Core.Model.CorruptionException">The payload is no such chunk.</exception>
    public static void Decode(
        TableFile file, long offset, ReadOnlySpan<byte> stored, ChunkCodec codec, ColumnType type, int rows, Span<byte> target)
    {
        ReadOnlySpan<byte> payload = stored[..^TableFormat.ChecksumLength];
        if (codec == ChunkCodec.Plain)
        {
            payload.CopyTo(target);
        }
        else if (LZ4Codec.Decode(payload[sizeof(uint)..], target) != target.Length)
        {
            throw file.Corrupt(offset, $"LZ4 does not decode to {target.Length} bytes");
        }

        try
        {
            ColumnChunk.Validate(type, target, rows);
        }
        catch (InvalidDataException damage)
        {
            throw file.Corrupt(offset, damage.Message, damage);
        }
    }
}
