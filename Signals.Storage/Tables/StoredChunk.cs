using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using K4os.Compression.LZ4;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Checks and decodes one chunk in its form on disk: a payload and its checksum. The checksum is verified before anything is
/// decoded, and every length is bounded before memory is allocated for it. Thread contract: any thread; stateless.
/// </summary>
internal static class StoredChunk
{
    /// <summary>Verifies the checksum and returns the length of the decoded chunk.</summary>
    /// <exception cref="CorruptionException">The bytes are not the chunk that was written there.</exception>
    public static int Measure(TableFile file, long offset, ReadOnlySpan<byte> stored, ChunkCodec codec)
    {
        int payload = stored.Length - TableFormat.ChecksumLength;
        if (payload <= 0)
        {
            throw file.Corrupt(offset, $"the chunk has {stored.Length} bytes, too few for a payload and a checksum");
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
                    : throw file.Corrupt(offset, $"{payload} bytes of LZ4 cannot decode to {length} bytes");
            default:
                throw file.Corrupt(
                    offset,
                    $"the chunk of {payload} bytes has codec {(byte)codec}, which this version does not know or which does not fit");
        }
    }

    /// <summary>Checks the total decoded length of the compressed chunks of one block against the limit.</summary>
    /// <exception cref="CorruptionException">The length exceeds the limit that every writer keeps.</exception>
    [MethodImpl(Compile.InFull)]
    public static void RequireUnpacked(TableFile file, long offset, long bytes)
    {
        if (bytes > TableFormat.MaxUnpackedBytes)
        {
            throw file.Corrupt(
                offset,
                $"the compressed chunks of one block decode to {bytes} bytes or more; at most {TableFormat.MaxUnpackedBytes} are "
                + "allowed");
        }
    }

    /// <summary>Decodes a measured chunk. The target has exactly the measured length.</summary>
    /// <exception cref="CorruptionException">The payload does not decode to that length.</exception>
    [MethodImpl(Compile.InFull)]
    public static void Decode(TableFile file, long offset, ReadOnlySpan<byte> stored, ChunkCodec codec, Span<byte> target)
    {
        ReadOnlySpan<byte> payload = stored[..^TableFormat.ChecksumLength];
        if (codec == ChunkCodec.Plain)
        {
            payload.CopyTo(target);
        }
        else if (LZ4Codec.Decode(payload[sizeof(uint)..], target) != target.Length)
        {
            throw file.Corrupt(offset, $"the LZ4 block does not decode to {target.Length} bytes");
        }
    }

    /// <summary>Checks the structure of a decoded chunk.</summary>
    /// <exception cref="CorruptionException">The bytes are not a chunk of that type and number of rows.</exception>
    [MethodImpl(Compile.InFull)]
    public static void Validate(TableFile file, long offset, ColumnType type, int rows, ReadOnlySpan<byte> decoded)
    {
        try
        {
            ColumnChunk.Validate(type, decoded, rows);
        }
        catch (InvalidDataException damage)
        {
            throw file.Corrupt(offset, damage.Message, damage);
        }
    }
}
