using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Tables;

/// <summary>
/// What a pass over the blocks of one file keeps from block to block. Blocks that follow one another are read with one pread for
/// many of them, and the system is asked for those behind them early, because it does not guess
/// (<see cref="IFile.ExpectScatteredReads"/>). Thread contract: one thread. The bytes of a block are valid until the next block is
/// taken; the memory is reused.
/// </summary>
internal sealed class BlockPass
{
    /// <summary>The bytes of one pread, unless a block has more.</summary>
    public const int ReadBytes = 64 << 10;

    private const int AheadBytes = 512 << 10;
    private const int PageBytes = 4096;
    private const int LeastShareAhead = 16;

    private byte[] _bytes = [];
    private byte[] _decoded = [];
    private long _start; // the offset in the file of the first of _length bytes
    private int _length;
    private long _next; // the offset of the block that follows the last one
    private long _asked; // the offset up to which the system was asked to read

    /// <summary>
    /// Gives the bytes of a block, unless most of them and more than a page are not wanted. The caller then reads what it wants by itself.
    /// The system is asked ahead all the same while a sixteenth is wanted: bytes in passing cost less than a wait for each block.
    /// </summary>
    /// <param name="file">The file; the same one in all calls.</param>
    /// <param name="place">Where the block lies.</param>
    /// <param name="wanted">How many bytes of the block are wanted.</param>
    /// <param name="io">Counts the preads and their bytes.</param>
    /// <param name="block">The bytes of the block.</param>
    /// <exception cref="CorruptionException">The file ends before the end of the block.</exception>
    [MethodImpl(Compile.InFull)]
    public bool TryTake(TableFile file, in BlockPlace place, int wanted, ref IoCount io, out ArraySegment<byte> block)
    {
        bool follows = place.Offset == _next;
        _next = place.Offset + place.Length;
        if (2L * wanted < place.Length && place.Length - wanted > PageBytes)
        {
            if ((long)LeastShareAhead * wanted >= place.Length)
            {
                AskAhead(file, place, follows);
            }

            block = default;
            return false;
        }

        if (place.Offset < _start || _next > _start + _length)
        {
            AskAhead(file, place, follows);
            Fill(file, place, follows ? (int)Math.Min(Math.Max(ReadBytes, place.Length), place.End - place.Offset) : place.Length, ref io);
        }

        block = new ArraySegment<byte>(_bytes, (int)(place.Offset - _start), place.Length);
        return true;
    }

    /// <summary>Memory to decode chunks into that cannot be read where they lie.</summary>
    public byte[] Decoded(int length)
    {
        if (_decoded.Length < length)
        {
            _decoded = GC.AllocateUninitializedArray<byte>(length);
        }

        return _decoded;
    }

    private void Fill(TableFile file, in BlockPlace place, int length, ref IoCount io)
    {
        bool hasBeginning = place.Offset >= _start && place.Offset < _start + _length;
        Span<byte> beginning = hasBeginning ? _bytes.AsSpan((int)(place.Offset - _start).._length) : default;
        byte[] bytes = _bytes.Length >= length ? _bytes : GC.AllocateUninitializedArray<byte>(length);
        beginning.CopyTo(bytes);
        (_bytes, _start, _length) = (bytes, place.Offset, beginning.Length);
        try
        {
            Extend(file, length, ref io);
        }
        catch (Exception error) when (error is CorruptionException or FileOperationException && length > place.Length)
        {
            Extend(file, place.Length, ref io); // what cannot be read may lie behind the block
        }
    }

    private void Extend(TableFile file, int length, ref IoCount io)
    {
        file.ReadExactly(_start + _length, _bytes.AsSpan(_length, length - _length));
        io = new IoCount(io.Reads + 1, io.Bytes + length - _length);
        _length = length;
    }

    private void AskAhead(TableFile file, in BlockPlace place, bool follows)
    {
        if (!follows)
        {
            _asked = 0;
            return;
        }

        long from = Math.Max(_asked, place.Offset + ReadBytes);
        long to = Math.Min(place.End, place.Offset + AheadBytes);
        if (to - from >= AheadBytes / 2 || (to == place.End && to > from))
        {
            file.BeginRead(from, to - from);
            _asked = to;
        }
    }
}
