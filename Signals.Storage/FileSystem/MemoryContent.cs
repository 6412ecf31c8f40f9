namespace Signals.Storage.FileSystem;

/// <summary>
/// The bytes of a file in memory, in pieces that are allocated when something other than zeros is written. Thread contract: any thread.
/// Lifetime: as long as a name or an open file leads to it.
/// </summary>
internal sealed class MemoryContent
{
    private const int PieceBytes = 16 << 10;

    private readonly Lock _lock = new();
    private byte[]?[] _pieces = []; // guarded by _lock; null is zeros
    private long _length; // guarded by _lock

    public long Length
    {
        get
        {
            lock (_lock)
            {
                return _length;
            }
        }
    }

    public int Read(long offset, Span<byte> destination)
    {
        lock (_lock)
        {
            int count = (int)Math.Clamp(_length - offset, 0, destination.Length);
            for (int done = 0; done < count;)
            {
                (int piece, int at) = Locate(offset + done);
                Span<byte> part = destination[done..count];
                part = part[..Math.Min(part.Length, PieceBytes - at)];
                if (_pieces[piece] is { } bytes)
                {
                    bytes.AsSpan(at, part.Length).CopyTo(part);
                }
                else
                {
                    part.Clear();
                }

                done += part.Length;
            }

            return count;
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            if (offset + data.Length > _length)
            {
                SetLengthLocked(offset + data.Length);
            }

            while (!data.IsEmpty)
            {
                (int piece, int at) = Locate(offset);
                ReadOnlySpan<byte> part = data[..Math.Min(data.Length, PieceBytes - at)];
                if (_pieces[piece] is not null || part.ContainsAnyExcept((byte)0))
                {
                    part.CopyTo((_pieces[piece] ??= new byte[PieceBytes]).AsSpan(at));
                }

                offset += part.Length;
                data = data[part.Length..];
            }
        }
    }

    public void SetLength(long length)
    {
        lock (_lock)
        {
            SetLengthLocked(length);
        }
    }

    private void SetLengthLocked(long length)
    {
        int pieces = checked((int)((length + PieceBytes - 1) / PieceBytes));
        if (length < _length)
        {
            // What is cut off reads as zeros when the file grows again.
            Array.Clear(_pieces, pieces, _pieces.Length - pieces);
            (int last, int at) = Locate(length);
            if (at > 0)
            {
                _pieces[last]?.AsSpan(at).Clear();
            }
        }

        if (pieces > _pieces.Length)
        {
            Array.Resize(ref _pieces, Math.Max(pieces, 2 * _pieces.Length));
        }

        _length = length;
    }

    private static (int Piece, int At) Locate(long offset) => ((int)(offset / PieceBytes), (int)(offset % PieceBytes));
}
