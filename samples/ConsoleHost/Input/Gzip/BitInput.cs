namespace Signals.Samples.ConsoleHost.Input.Gzip;

/// <summary>
/// The compressed bytes, read bit by bit or byte by byte, and where in the input they are. One thread. Nothing is taken that was not asked
/// for, so the position behind a member is exact.
/// </summary>
internal sealed class BitInput(Stream stream)
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _next;
    private int _end;
    private long _read;
    private uint _bits;
    private int _bitCount;

    /// <summary>Offset of the next byte that was not taken; a byte of which some bits were taken counts as taken.</summary>
    public long Offset => _read - (_end - _next);

    /// <summary>Bytes that can be taken without waiting for the stream.</summary>
    public int Available => _end - _next;

    /// <summary>True when the stream has ended and every byte was taken.</summary>
    public bool IsAtEnd => !Fill();

    /// <summary>The next <paramref name="count"/> bits (at most 16), least significant first.</summary>
    /// <exception cref="EndOfStreamException">There are not so many.</exception>
    public int Bits(int count)
    {
        while (_bitCount < count)
        {
            _bits |= (uint)Byte() << _bitCount;
            _bitCount += 8;
        }

        int value = (int)(_bits & ((1u << count) - 1));
        _bits >>= count;
        _bitCount -= count;
        return value;
    }

    /// <summary>Shows the next 16 bits or more without taking them; false when the bytes are not at hand.</summary>
    public bool TryPeek(out int bits)
    {
        bool isAtHand = _end - _next >= 2;
        bits = isAtHand ? (int)(_bits | ((uint)_buffer[_next] << _bitCount) | ((uint)_buffer[_next + 1] << (_bitCount + 8))) : 0;
        return isAtHand;
    }

    /// <summary>Leaves the rest of the byte whose bits were read.</summary>
    public void AlignToByte() => (_bits, _bitCount) = (0, 0);

    /// <summary>The next byte.</summary>
    /// <exception cref="EndOfStreamException">There is none.</exception>
    public byte Byte() => Fill() ? _buffer[_next++] : throw new EndOfStreamException("the input is cut off");

    private bool Fill()
    {
        if (_next < _end)
        {
            return true;
        }

        _next = 0;
        _end = stream.Read(_buffer, 0, _buffer.Length);
        _read += _end;
        return _end > 0;
    }
}
