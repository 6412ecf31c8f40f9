namespace Signals.Samples.ConsoleHost.Input.Gzip;

/// <summary>
/// Unpacks deflate streams (RFC 1951), one after another, into pieces of any size. One thread. Takes no byte behind the
/// end of a stream, which is what the classes of the platform do not promise. Its memory does not grow with the blocks
/// and streams that an input has.
/// </summary>
internal sealed class Inflater(BitInput input)
{
    private const int WindowBytes = 1 << 15;
    private const int EndOfBlock = 256;
    private const int FirstLengthSymbol = 257;
    private const int SymbolBytes = 6;

    private static readonly ushort[] LengthBases =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private static readonly byte[] LengthExtras = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static readonly ushort[] DistanceBases =
        [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385,
            513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];

    private static readonly byte[] DistanceExtras =
        [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

    private static readonly byte[] CodeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private static readonly byte[] FixedLiterals = FixedLiteralLengths();

    // Of the 32 fixed codes of distances two never occur.
    private static readonly byte[] FixedDistances = [.. Enumerable.Repeat((byte)5, 32)];

    private readonly byte[] _window = new byte[WindowBytes];
    private int _windowAt;
    private long _written;
    private bool _isLast;
    private bool _inBlock;
    private int _stored;
    private int _copyLength;
    private int _copyDistance;
    private readonly HuffmanCode _lengthCodes = new();
    private readonly HuffmanCode _literals = new();
    private readonly HuffmanCode _distances = new();

    /// <summary>Begins the next stream.</summary>
    public void Begin()
    {
        _written = 0;
        (_isLast, _inBlock) = (false, false);
        (_stored, _copyLength) = (0, 0);
    }

    /// <summary>
    /// Fills <paramref name="output"/>, or less when the rest would have to be waited for; 0 at the end of the stream. Waits only while it
    /// has nothing to give.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are no deflate stream.</exception>
    /// <exception cref="EndOfStreamException">They end before the stream does.</exception>
    public int Read(Span<byte> output)
    {
        int count = 0;
        while (count < output.Length)
        {
            if (_copyLength > 0)
            {
                Put(_window[(_windowAt - _copyDistance) & (WindowBytes - 1)], output, ref count);
                _copyLength--;
            }
            else if (count > 0 && input.Available < SymbolBytes)
            {
                break;
            }
            else if (_stored > 0)
            {
                Put(input.Byte(), output, ref count);
                _inBlock = --_stored > 0;
            }
            else if (_inBlock)
            {
                ReadSymbol(output, ref count);
            }
            else if (_isLast)
            {
                input.AlignToByte();
                break;
            }
            else
            {
                BeginBlock();
            }
        }

        return count;
    }

    private void ReadSymbol(Span<byte> output, ref int count)
    {
        int symbol = _literals.Read(input);
        if (symbol < EndOfBlock)
        {
            Put((byte)symbol, output, ref count);
            return;
        }

        if (symbol == EndOfBlock)
        {
            _inBlock = false;
            return;
        }

        int length = symbol - FirstLengthSymbol;
        Require(length < LengthBases.Length, "a length does not exist");
        _copyLength = LengthBases[length] + input.Bits(LengthExtras[length]);
        int distance = _distances.Read(input);
        Require(distance < DistanceBases.Length, "a distance does not exist");
        _copyDistance = DistanceBases[distance] + input.Bits(DistanceExtras[distance]);
        Require(_copyDistance <= _written, "a distance reaches before the beginning");
    }

    private void BeginBlock()
    {
        _isLast = input.Bits(1) != 0;
        int kind = input.Bits(2);
        switch (kind)
        {
            case 0:
                input.AlignToByte();
                int length = input.Byte() | (input.Byte() << 8);
                int check = input.Byte() | (input.Byte() << 8);
                Require(length == (~check & 0xFFFF), "the length of a stored block contradicts itself");
                _stored = length;
                _inBlock = length > 0;
                break;
            case 1:
                _literals.Set(FixedLiterals, mayBeIncomplete: false);
                _distances.Set(FixedDistances, mayBeIncomplete: false);
                _inBlock = true;
                break;
            case 2:
                ReadCodes();
                _inBlock = true;
                break;
            default:
                throw new InvalidDataException("there is no such kind of block");
        }
    }

    private void ReadCodes()
    {
        int literals = input.Bits(5) + 257;
        int distances = input.Bits(5) + 1;
        int codes = input.Bits(4) + 4;
        Require(literals <= 286 && distances <= 30, "a block has too many codes");
        Span<byte> lengths = stackalloc byte[320];
        for (int i = 0; i < codes; i++)
        {
            lengths[CodeLengthOrder[i]] = (byte)input.Bits(3);
        }

        _lengthCodes.Set(lengths[..19], mayBeIncomplete: false);
        lengths.Clear();
        for (int at = 0; at < literals + distances;)
        {
            int symbol = _lengthCodes.Read(input);
            if (symbol < 16)
            {
                lengths[at++] = (byte)symbol;
                continue;
            }

            Require(symbol != 16 || at > 0, "a block repeats a length before the first");
            byte repeated = symbol == 16 ? lengths[at - 1] : (byte)0;
            int times = symbol switch { 16 => 3 + input.Bits(2), 17 => 3 + input.Bits(3), _ => 11 + input.Bits(7) };
            Require(at + times <= literals + distances, "a block has more lengths than codes");
            lengths.Slice(at, times).Fill(repeated);
            at += times;
        }

        Require(lengths[EndOfBlock] != 0, "a block cannot end");
        _literals.Set(lengths[..literals], mayBeIncomplete: true);
        _distances.Set(lengths.Slice(literals, distances), mayBeIncomplete: true);
    }

    private void Put(byte value, Span<byte> output, ref int count)
    {
        output[count++] = value;
        _window[_windowAt] = value;
        _windowAt = (_windowAt + 1) & (WindowBytes - 1);
        _written++;
    }

    private static byte[] FixedLiteralLengths()
    {
        byte[] lengths = new byte[288];
        lengths.AsSpan(0, 144).Fill(8);
        lengths.AsSpan(144, 112).Fill(9);
        lengths.AsSpan(256, 24).Fill(7);
        lengths.AsSpan(280, 8).Fill(8);
        return lengths;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
