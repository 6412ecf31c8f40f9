using System.Buffers.Binary;
using K4os.Compression.LZ4;
using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>A chunk that says much in few bytes. Immutable.</summary>
/// <param name="Payload">Its bytes as they lie in a file, without the checksum.</param>
/// <param name="Codec">How they lie there.</param>
internal sealed record HostileChunk(byte[] Payload, ChunkCodec Codec = ChunkCodec.Plain)
{
    /// <summary>No chunk: the column is absent from every row.</summary>
    public static HostileChunk Absent { get; } = new([]);

    /// <summary>The same fixed value in as many rows as anybody says.</summary>
    public static HostileChunk Constant(params byte[] value) =>
        new([(byte)ChunkEncoding.Constant, (byte)ChunkStates.AllValues, 0, 0, .. value]);

    /// <summary>0, 1, 2 and so on, packed to the bits that they need.</summary>
    public static HostileChunk Counting(int rows)
    {
        ulong[] numbers = new ulong[rows];
        for (int i = 0; i < rows; i++)
        {
            numbers[i] = (ulong)i;
        }

        ChunkDecision decision = ColumnChunkWriter.Plan(numbers, ChunkGoal.Size);
        byte[] chunk = new byte[decision.Length];
        ColumnChunkWriter.Write(numbers, decision, chunk);
        return new HostileChunk(chunk);
    }

    /// <summary>One text of zeros in each row of a dictionary.</summary>
    public static HostileChunk OneEntry(int rows, int bytes)
    {
        byte[] chunk =
            new byte[ColumnChunkFormat.HeaderLength + rows + ColumnChunkFormat.EntryCountLength + ColumnChunkFormat.EntryEndLength + bytes];
        chunk[0] = (byte)ChunkEncoding.Dictionary;
        chunk[1] = (byte)ChunkStates.AllValues;
        chunk[2] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(chunk.AsSpan(ColumnChunkFormat.HeaderLength + rows), 1);
        BinaryPrimitives.WriteInt32LittleEndian(
            chunk.AsSpan(ColumnChunkFormat.HeaderLength + rows + ColumnChunkFormat.EntryCountLength), bytes);
        return new HostileChunk(chunk);
    }

    /// <summary>One row of text: so many zeros.</summary>
    public static HostileChunk Zeros(int bytes)
    {
        byte[] chunk = new byte[ColumnChunkFormat.HeaderLength + sizeof(uint) + bytes];
        chunk[0] = (byte)ChunkEncoding.VariableRaw;
        chunk[1] = (byte)ChunkStates.AllValues;
        chunk[2] = sizeof(uint);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(ColumnChunkFormat.HeaderLength), bytes);
        return new HostileChunk(chunk);
    }

    /// <summary>The same chunk compressed, as tables hold it.</summary>
    public HostileChunk Packed()
    {
        byte[] packed = new byte[sizeof(uint) + LZ4Codec.MaximumOutputSize(Payload.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(packed, Payload.Length);
        int length = LZ4Codec.Encode(Payload, packed.AsSpan(sizeof(uint)));
        return new HostileChunk(packed[..(sizeof(uint) + length)], ChunkCodec.Lz4);
    }
}
