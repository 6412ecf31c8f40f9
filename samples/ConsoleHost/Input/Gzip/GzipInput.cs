using System.IO.Hashing;

namespace Signals.Samples.ConsoleHost.Input.Gzip;

/// <summary>
/// The plain bytes of a gzip file (RFC 1952) of any number of members. Every byte of the input must belong to a member: the platform's
/// <see cref="System.IO.Compression.GZipStream"/> ends at the first byte between two members that is no
/// header, as if the input ended there.
/// </summary>
/// <remarks>One thread. Read only. Damage is an <see cref="InvalidDataException"/> with the offset in the compressed input.</remarks>
internal sealed class GzipInput : Stream
{
    private const byte Id1 = 0x1F;
    private const byte Id2 = 0x8B;
    private const byte Deflate = 8;
    private const int HeaderCheck = 2;
    private const int Extra = 4;
    private const int Name = 8;
    private const int Comment = 16;
    private const int Reserved = 0xE0;

    private readonly BitInput _input;
    private readonly Crc32 _crc = new();
    private readonly Inflater _member;
    private bool _inMember;
    private uint _length;
    private bool _ended;

    /// <summary>Reads <paramref name="stream"/> from its current place on; does not own it.</summary>
    public GzipInput(Stream stream)
    {
        _input = new BitInput(stream);
        _member = new Inflater(_input);
    }

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        try
        {
            while (!_ended && !buffer.IsEmpty)
            {
                if (!_inMember)
                {
                    BeginMember();
                }

                int read = _member.Read(buffer);
                if (read > 0)
                {
                    _crc.Append(buffer[..read]);
                    _length += (uint)read;
                    return read;
                }

                EndMember();
            }

            return 0;
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"at byte {_input.Offset}: {damage.Message}", damage);
        }
    }

    /// <inheritdoc />
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Read(buffer.Span), cancellationToken));

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void BeginMember()
    {
        long at = _input.Offset;
        if (_input.Byte() != Id1 || _input.Byte() != Id2)
        {
            throw new InvalidDataException($"what begins at byte {at} is no part of gzip; nothing behind it was read");
        }

        Require(_input.Byte() == Deflate, $"the part that begins at byte {at} is not of the method deflate");
        int flags = _input.Byte();
        Require((flags & Reserved) == 0, $"the part that begins at byte {at} has flags that do not exist");
        Skip(6); // time, flags of the compressor, operating system
        if ((flags & Extra) != 0)
        {
            Skip(_input.Byte() | (_input.Byte() << 8));
        }

        for (int texts = ((flags & Name) != 0 ? 1 : 0) + ((flags & Comment) != 0 ? 1 : 0); texts > 0;)
        {
            texts -= _input.Byte() == 0 ? 1 : 0;
        }

        Skip((flags & HeaderCheck) != 0 ? 2 : 0);
        _member.Begin();
        _inMember = true;
        _crc.Reset();
        _length = 0;
    }

    private void EndMember()
    {
        uint crc = Number();
        uint length = Number();
        Require(crc == _crc.GetCurrentHashAsUInt32() && length == _length, "the checksum or the length of a part is wrong");
        _inMember = false;
        _ended = _input.IsAtEnd;
    }

    private uint Number() => _input.Byte() | ((uint)_input.Byte() << 8) | ((uint)_input.Byte() << 16) | ((uint)_input.Byte() << 24);

    private void Skip(int bytes)
    {
        for (; bytes > 0; bytes--)
        {
            _input.Byte();
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
