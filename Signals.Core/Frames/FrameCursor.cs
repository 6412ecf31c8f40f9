using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MessagePack;

namespace Signals.Core.Frames;

/// <summary>
/// Takes MessagePack values from the beginning of a span. Every method returns false, and takes nothing, when the next value is of another
/// kind or is not there as a whole. Lengths are compared with what is left before anything is taken. Lifetime: that of the span.
/// </summary>
internal ref struct FrameCursor(ReadOnlySpan<byte> bytes)
{
    private const int FixedTextMost = 31;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>Takes a name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(in FrameName name)
    {
        if (!name.Begins(_rest))
        {
            return false;
        }

        _rest = _rest[name.Length..];
        return true;
    }

    public bool TryReadMapHeader(out int entries) =>
        TryReadCount(MessagePackCode.MinFixMap, MessagePackCode.MaxFixMap, MessagePackCode.Map16, out entries);

    public bool TryReadArrayHeader(out int elements) =>
        TryReadCount(MessagePackCode.MinFixArray, MessagePackCode.MaxFixArray, MessagePackCode.Array16, out elements);

    public bool TryReadNil() => TryReadCode(MessagePackCode.Nil);

    public bool TryReadBoolean(out bool value)
    {
        value = !_rest.IsEmpty && _rest[0] == MessagePackCode.True;
        return value ? TryReadCode(MessagePackCode.True) : TryReadCode(MessagePackCode.False);
    }

    /// <summary>Reads a whole number: <paramref name="bits"/> is signed when it is negative, and unsigned otherwise.</summary>
    public bool TryReadInteger(out ulong bits, out bool isNegative)
    {
        (bits, isNegative) = (0, false);
        if (_rest.IsEmpty)
        {
            return false;
        }

        byte code = _rest[0];
        if (code <= MessagePackCode.MaxFixInt)
        {
            bits = code;
            _rest = _rest[1..];
            return true;
        }

        if (code >= MessagePackCode.MinNegativeFixInt)
        {
            (bits, isNegative) = ((ulong)(sbyte)code, true);
            _rest = _rest[1..];
            return true;
        }

        if (code is < MessagePackCode.UInt8 or > MessagePackCode.Int64)
        {
            return false;
        }

        bool isSigned = code >= MessagePackCode.Int8;
        int width = 1 << (code - (isSigned ? MessagePackCode.Int8 : MessagePackCode.UInt8));
        if (width >= _rest.Length)
        {
            return false;
        }

        ulong unsigned = width switch
        {
            1 => _rest[1],
            2 => BinaryPrimitives.ReadUInt16BigEndian(_rest[1..]),
            4 => BinaryPrimitives.ReadUInt32BigEndian(_rest[1..]),
            _ => BinaryPrimitives.ReadUInt64BigEndian(_rest[1..]),
        };
        int unused = 64 - (8 * width);
        bits = isSigned ? (ulong)((long)(unsigned << unused) >> unused) : unsigned;
        isNegative = isSigned && (long)bits < 0;
        _rest = _rest[(1 + width)..];
        return true;
    }

    /// <summary>Reads a number of any kind, as the nearest floating-point number.</summary>
    public bool TryReadNumber(out double value)
    {
        switch (_rest.IsEmpty ? MessagePackCode.Nil : _rest[0])
        {
            case MessagePackCode.Float32 when _rest.Length > sizeof(float):
                value = BinaryPrimitives.ReadSingleBigEndian(_rest[1..]);
                _rest = _rest[(1 + sizeof(float))..];
                return true;
            case MessagePackCode.Float64 when _rest.Length > sizeof(double):
                value = BinaryPrimitives.ReadDoubleBigEndian(_rest[1..]);
                _rest = _rest[(1 + sizeof(double))..];
                return true;
            default:
                bool isWhole = TryReadInteger(out ulong bits, out bool isNegative);
                value = isNegative ? (long)bits : bits;
                return isWhole;
        }
    }

    /// <summary>Reads the bytes of a string, which may not be UTF-8.</summary>
    public bool TryReadString(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        int code = _rest[0];
        return code is >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr
            ? TryReadBytes(1, (uint)(code - MessagePackCode.MinFixStr), out text)
            : TryReadSized(code - MessagePackCode.Str8, out text);
    }

    /// <summary>Reads the bytes of binary.</summary>
    public bool TryReadBinary(out ReadOnlySpan<byte> binary)
    {
        binary = default;
        return !_rest.IsEmpty && TryReadSized(_rest[0] - MessagePackCode.Bin8, out binary);
    }

    /// <summary>Reads a string that is written in as few bytes as its length allows.</summary>
    public bool TryReadShortestString(out ReadOnlySpan<byte> text)
    {
        FrameCursor before = this;
        if (TryReadString(out text)
            && (text.Length <= FixedTextMost ? 1 : text.Length <= byte.MaxValue ? 2 : 0) == before.Left - Left - text.Length)
        {
            return true;
        }

        this = before;
        return false;
    }

    /// <summary>Skips a value that holds no others.</summary>
    public bool TrySkipPlain() =>
        TryReadNumber(out _) || TryReadString(out _) || TryReadBinary(out _) || TryReadNil() || TryReadBoolean(out _);

    private bool TryReadCode(byte code)
    {
        if (_rest.IsEmpty || _rest[0] != code)
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    private bool TryReadCount(byte least, byte most, byte twoBytes, out int count)
    {
        count = 0;
        if (_rest.IsEmpty)
        {
            return false;
        }

        byte code = _rest[0];
        if (code >= least && code <= most)
        {
            count = code - least;
            _rest = _rest[1..];
            return true;
        }

        if (code != twoBytes || _rest.Length <= sizeof(ushort))
        {
            return false;
        }

        count = BinaryPrimitives.ReadUInt16BigEndian(_rest[1..]);
        _rest = _rest[(1 + sizeof(ushort))..];
        return true;
    }

    /// <summary>Reads bytes behind their length in 1, 2 or 4 bytes: the form is 0, 1 or 2.</summary>
    private bool TryReadSized(int form, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return form switch
        {
            0 when _rest.Length > sizeof(byte) => TryReadBytes(2, _rest[1], out bytes),
            1 when _rest.Length > sizeof(ushort) => TryReadBytes(3, BinaryPrimitives.ReadUInt16BigEndian(_rest[1..]), out bytes),
            2 when _rest.Length > sizeof(uint) => TryReadBytes(5, BinaryPrimitives.ReadUInt32BigEndian(_rest[1..]), out bytes),
            _ => false,
        };
    }

    private bool TryReadBytes(int at, uint length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length > (uint)(_rest.Length - at))
        {
            return false;
        }

        bytes = _rest.Slice(at, (int)length);
        _rest = _rest[(at + (int)length)..];
        return true;
    }
}
