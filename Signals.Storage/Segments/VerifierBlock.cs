using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// One block of a part, read as a whole together with its neighbours. Every chunk of it is checked: first the checksum, then the
/// codec, then the column chunk. A chunk that is stored plain is checked in place. Thread contract: one thread. Reused from block to
/// block.
/// </summary>
internal sealed class VerifierBlock
{
    private BlockPass _pass = new();
    private TableFile? _file;
    private ArraySegment<byte> _stored;
    private byte[] _decoded = [];
    private Chunk[] _chunks = [];
    private TableLayout _layout = null!;
    private int _rows;

    /// <summary>Reads a block and checks its chunks.</summary>
    /// <returns>The bytes of the block as they are in the file. Valid until the next call.</returns>
    [MethodImpl(Compile.InFull)]
    public ReadOnlySpan<byte> Read(TableFile file, TableIndex index, TableLayout layout, int block)
    {
        _layout = layout;
        _rows = index.Rows(block);
        if (_chunks.Length < layout.Chunks)
        {
            _chunks = new Chunk[layout.Chunks];
        }

        if (!ReferenceEquals(file, _file))
        {
            (_pass, _file) = (new BlockPass(), file); // offsets are those of a part
        }

        BlockPlace place = index.Place(block);
        IoCount io = default;
        _pass.TryTake(file, place, place.Length, ref io, out _stored);
        int from = 0;
        int decoded = 0;
        for (int position = 0; position < layout.Positions; position++)
        {
            int stored = index.ChunkLength(block, position);
            long offset = index.Offset(block) + from;
            Chunk chunk = stored == 0
                ? AbsentChunk(file, layout.ChunkAt(position), offset)
                : Check(file, offset, from, stored, index.Codec(block, position), ref decoded);
            _chunks[layout.ChunkAt(position)] = chunk;
            if (stored > 0)
            {
                Validate(file, layout.ChunkAt(position), offset);
            }

            from += stored;
        }

        return _stored;
    }

    /// <summary>Whether a chunk is stored.</summary>
    public bool Holds(int chunk) => _chunks[chunk].Length > 0;

    /// <summary>Opens a stored chunk.</summary>
    public ColumnChunk Open(int chunk) => ColumnChunk.Open(_layout.TypeOf(chunk), Bytes(chunk), _rows);

    private Chunk Check(TableFile file, long offset, int from, int stored, ChunkCodec codec, ref int decoded)
    {
        ReadOnlySpan<byte> bytes = _stored.AsSpan(from, stored);
        int length = StoredChunk.Measure(file, offset, bytes, codec);
        if (codec == ChunkCodec.Plain)
        {
            return new Chunk(IsDecoded: false, from, length);
        }

        if (length == 0)
        {
            throw file.Corrupt(offset, $"the chunk of {stored} bytes decodes to no bytes");
        }

        StoredChunk.RequireUnpacked(file, offset, (long)decoded + length);
        Grow(ref _decoded, decoded + length, TableFormat.MaxUnpackedBytes);
        StoredChunk.Decode(file, offset, bytes, codec, _decoded.AsSpan(decoded, length));
        Chunk chunk = new(IsDecoded: true, decoded, length);
        decoded += length;
        return chunk;
    }

    private void Validate(TableFile file, int chunk, long offset)
    {
        StoredChunk.Validate(file, offset, _layout.TypeOf(chunk), _rows, Bytes(chunk));
        if (chunk < TableFormat.FirstColumnChunk && !Open(chunk).AllValues)
        {
            throw file.Corrupt(offset, "some row has no time or no id");
        }
    }

    private ReadOnlySpan<byte> Bytes(int chunk) =>
        (_chunks[chunk].IsDecoded ? _decoded : _stored.AsSpan()).Slice(_chunks[chunk].Start, _chunks[chunk].Length);

    private static Chunk AbsentChunk(TableFile file, int chunk, long offset) => chunk >= TableFormat.FirstColumnChunk
        ? default
        : throw file.Corrupt(offset, "the block has no times or no ids");

    // The buffer doubles, so that not every chunk of a block copies the chunks before it.
    private static void Grow(ref byte[] buffer, int length, int most)
    {
        if (buffer.Length < length)
        {
            Array.Resize(ref buffer, (int)Math.Min(Math.Max(length, 2L * buffer.Length), Math.Max(length, most)));
        }
    }

    private readonly record struct Chunk(bool IsDecoded, int Start, int Length);
}
