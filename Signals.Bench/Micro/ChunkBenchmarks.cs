using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Signals.Core.Columns;

namespace Signals.Bench.Micro;

/// <summary>Column chunks of 4,096 rows: encodes all of them and decodes 100 from any position, for each encoding.</summary>
public class ChunkBenchmarks
{
    private const int Rows = 4096;
    private const int Read = 100;

    private readonly byte[] _decoded = new byte[Read * 64];
    private ColumnBuffer _column = null!;
    private byte[] _encoded = [];
    private int _length;
    private int _row;

    [ParamsAllValues]
    public ChunkShape Shape { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        Random random = new(1);
        ColumnType type = Shape switch
        {
            ChunkShape.Floats => ColumnType.Scalar<float>(),
            ChunkShape.Vectors => ColumnType.Vector<sbyte>(64),
            _ => ColumnType.Scalar<long>(),
        };
        _column = new ColumnBuffer(type, Rows);
        byte[] vector = new byte[64];
        for (int i = 0; i < Rows; i++)
        {
            random.NextBytes(vector);
            long integer = Shape switch
            {
                ChunkShape.Constant => 7,
                ChunkShape.OneByte => 1_000_000 + random.Next(200),
                ChunkShape.FourBytes => random.Next(),
                _ => 0x0101_0101_0101L * random.Next(16),
            };
            _column.AppendFixed(Shape switch
            {
                ChunkShape.Vectors => vector,
                ChunkShape.Floats => BitConverter.GetBytes(random.NextSingle()),
                _ => MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in integer)),
            });
        }

        _encoded = new byte[Rows * 80];
        Encode();
    }

    [Benchmark]
    public int Encode()
    {
        ChunkDecision decision = ColumnChunkWriter.Plan(_column, 0, Rows);
        return _length = ColumnChunkWriter.Write(_column, decision, _encoded);
    }

    [Benchmark]
    public byte DecodeRows()
    {
        _row = (_row + 997) % (Rows - Read);
        ColumnChunk chunk = ColumnChunk.Open(_column.Type, _encoded.AsSpan(0, _length), Rows);
        chunk.CopyValues(_row, Read, _decoded);
        return _decoded[0];
    }
}
