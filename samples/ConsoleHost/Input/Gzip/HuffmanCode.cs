namespace Signals.Samples.ConsoleHost.Input.Gzip;

/// <summary>
/// A canonical Huffman code of deflate (RFC 1951, 3.2.2), decoded by a table where it is short and bits are at hand, otherwise
/// bit by bit from the counts of each length, as zlib's puff does. One thread; an input of many blocks has one of them read all.
/// </summary>
internal sealed class HuffmanCode
{
    private const int MaxBits = 15;
    private const int TableBits = 10;
    private const int MaxSymbols = 288;

    private readonly ushort[] _counts = new ushort[MaxBits + 1];
    private readonly ushort[] _symbols = new ushort[MaxSymbols];
    private readonly ushort[] _table = new ushort[1 << TableBits]; // by the next bits: symbol * 16 + its length, 0 for a longer one

    /// <summary>Becomes the code whose symbol i takes <paramref name="lengths"/>[i] bits, 0 for a symbol that does not occur.</summary>
    /// <exception cref="InvalidDataException">
    /// The lengths are no code: too many, or too few where <paramref name="mayBeIncomplete"/> is false.
    /// </exception>
    public void Set(ReadOnlySpan<byte> lengths, bool mayBeIncomplete)
    {
        Array.Clear(_counts);
        Array.Clear(_table);
        foreach (byte length in lengths)
        {
            _counts[length]++;
        }

        int used = lengths.Length - _counts[0];
        _counts[0] = 0;
        int left = 1;
        Span<ushort> offsets = stackalloc ushort[MaxBits + 2];
        for (int bits = 1; bits <= MaxBits; bits++)
        {
            left = (left << 1) - _counts[bits];
            if (left < 0)
            {
                throw new InvalidDataException("a code has more symbols than its lengths allow");
            }

            offsets[bits + 1] = (ushort)(offsets[bits] + _counts[bits]);
        }

        // One code of one bit is the way to say that nothing, or one distance alone, occurs.
        if (left > 0 && !(mayBeIncomplete && (used == 0 || (used == 1 && _counts[1] == 1))))
        {
            throw new InvalidDataException("a code does not use all of its lengths");
        }

        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            if (lengths[symbol] != 0)
            {
                _symbols[offsets[lengths[symbol]]++] = (ushort)symbol;
            }
        }

        FillTable();
    }

    /// <summary>Reads the next symbol.</summary>
    /// <exception cref="InvalidDataException">The bits are none.</exception>
    public int Read(BitInput input)
    {
        if (input.TryPeek(out int next) && _table[next & ((1 << TableBits) - 1)] is var entry and not 0)
        {
            input.Bits(entry & 15);
            return entry >> 4;
        }

        int code = 0;
        int first = 0;
        int index = 0;
        for (int bits = 1; bits <= MaxBits; bits++)
        {
            code |= input.Bits(1);
            int count = _counts[bits];
            if (code - first < count)
            {
                return _symbols[index + code - first];
            }

            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }

        throw new InvalidDataException("there is no such code");
    }

    private void FillTable()
    {
        int code = 0;
        int index = 0;
        for (int bits = 1; bits <= TableBits; bits++, code <<= 1)
        {
            for (int left = _counts[bits]; left > 0; left--, code++, index++)
            {
                // Codes are sent from their most significant bit, everything else from its least.
                int reversed = 0;
                for (int bit = 0; bit < bits; bit++)
                {
                    reversed |= ((code >> bit) & 1) << (bits - 1 - bit);
                }

                for (int at = reversed; at < _table.Length; at += 1 << bits)
                {
                    _table[at] = (ushort)((_symbols[index] << 4) | bits);
                }
            }
        }
    }
}
