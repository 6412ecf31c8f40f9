using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// Excludes most users that a table does not have, at the cost of one cache line. It is a Bloom filter in blocks of 512 bits;
/// each user sets six bits in one block. It never excludes a user that was added. Thread contract: immutable once it is built or
/// read; any thread. Lifetime: that of its words, which are an array or the memory of the open table; <see cref="Close"/> comes
/// before their end, and a later lookup throws.
/// </summary>
internal sealed class UserFilter
{
    /// <summary>The bytes of a block.</summary>
    public const int BlockBytes = 64;

    /// <summary>The bits of a block.</summary>
    public const int BitsPerBlock = 8 * BlockBytes;

    /// <summary>The most users of a filter. Its bytes are a power of two, and the next one does not fit an array.</summary>
    public const int MostUsers = (int)((8L << 30) / BitsPerUser);

    private const int BitsPerUser = 10; // at least this many, because the number of blocks is rounded up to a power of two
    private const int Probes = 6;
    private const int ProbeBits = 9;
    private const int WordBits = 6;
    private const int WordsPerBlock = BlockBytes / sizeof(ulong);
    private const ulong Spread = 0x9E37_79B9_7F4A_7C15;

    private readonly ulong _blockMask;
    private FixedMemory<ulong> _words;

    private UserFilter(FixedMemory<ulong> words)
    {
        _words = words;
        _blockMask = (ulong)(words.Length / WordsPerBlock) - 1;
    }

    /// <summary>The bytes in memory, which are as many as in the file.</summary>
    public long Bytes => (long)_words.Length * sizeof(ulong);

    /// <summary>The number of blocks, a power of two.</summary>
    public int Blocks => _words.Length / WordsPerBlock;

    /// <summary>The number of words of a filter of this many users.</summary>
    public static int WordsFor(int users)
    {
        ulong blocks = BitOperations.RoundUpToPowerOf2((((ulong)users * BitsPerUser) + BitsPerBlock - 1) / BitsPerBlock);
        return Math.Max(1, (int)blocks) * WordsPerBlock;
    }

    /// <summary>Writes the filter of some users into its words.</summary>
    /// <param name="hashes">The hashes of the users.</param>
    /// <param name="words">As many words as <see cref="WordsFor"/> says, with any contents.</param>
    [MethodImpl(Compile.InFull)]
    public static void Fill(ReadOnlySpan<ulong> hashes, Span<ulong> words)
    {
        words.Clear();
        foreach (ulong hash in hashes)
        {
            if (!PlantedBugs.Has(PlantedBugs.FilterForgetsUsers) || (hash & 63) != 0)
            {
                Add(words, hash);
            }
        }
    }

    /// <summary>Builds the filter of some users.</summary>
    /// <param name="hashes">The hashes of the users.</param>
    public static UserFilter Build(ReadOnlySpan<ulong> hashes)
    {
        ulong[] words = new ulong[WordsFor(hashes.Length)];
        Fill(hashes, words);
        return new UserFilter(new FixedMemory<ulong>(words));
    }

    /// <summary>Opens the bytes of a section whose checksum was verified.</summary>
    /// <param name="bytes">The bytes, which are not kept.</param>
    /// <param name="memory">The memory of the filter; null for an array.</param>
    /// <exception cref="InvalidDataException">The number of blocks is not a power of two.</exception>
    public static UserFilter Open(ReadOnlySpan<byte> bytes, OwnedMemory? memory)
    {
        if (bytes.Length < BlockBytes || !BitOperations.IsPow2(bytes.Length))
        {
            throw new InvalidDataException($"the user filter has {bytes.Length} bytes, expected a power of two, at least {BlockBytes}");
        }

        int length = bytes.Length / sizeof(ulong);
        FixedMemory<ulong> filter = memory is null
            ? new FixedMemory<ulong>(new ulong[length])
            : FixedMemory<ulong>.OfNative(memory.Take<ulong>(length));
        Span<ulong> words = filter.Span;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * sizeof(ulong))..]);
        }

        return new UserFilter(filter);
    }

    /// <summary>Ends the use of native words: the table is about to be closed.</summary>
    public void Close() => _words = _words.Closed;

    /// <summary>Whether the table may have the user with this hash. False is certain. Allocates nothing.</summary>
    /// <exception cref="ObjectDisposedException">The table was closed.</exception>
    public bool MayHold(ulong hash) => Holds(_words.Span.Slice(BlockOf(hash), WordsPerBlock), hash);

    /// <summary>The first of some hashes whose users the filter excludes; -1 when it excludes none.</summary>
    [MethodImpl(Compile.InFull)]
    public int IndexOfExcluded(ReadOnlySpan<ulong> hashes)
    {
        ReadOnlySpan<ulong> words = _words.Span;
        for (int i = 0; i < hashes.Length; i++)
        {
            if (!Holds(words.Slice(BlockOf(hashes[i]), WordsPerBlock), hashes[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// Looks up a user in up to 64 filters at once. Bit i of all the filters is stored in word i. The lookup stops when no filter
    /// is left.
    /// </summary>
    /// <param name="words">One word per bit of a filter, for a power of two of blocks.</param>
    /// <param name="hash">The hash of the user.</param>
    /// <param name="looked">The number of words that were read.</param>
    /// <returns>The filters that may hold the user.</returns>
    public static ulong FindCandidates(ReadOnlySpan<ulong> words, ulong hash, out int looked)
    {
        int number = (int)(hash & (ulong)((words.Length / BitsPerBlock) - 1));
        ReadOnlySpan<ulong> block = words.Slice(number * BitsPerBlock, BitsPerBlock);
        ulong bits = BitsOf(hash);
        ulong left = ulong.MaxValue;
        for (looked = 0; looked < Probes && left != 0; looked++, bits >>= ProbeBits)
        {
            left &= block[(int)(bits & (BitsPerBlock - 1))];
        }

        return left;
    }

    /// <summary>
    /// Adds this filter to the words that <see cref="FindCandidates"/> reads. When the words have fewer blocks than the filter, several of
    /// its blocks are combined; when they have more, each block is repeated. The low bits of the hash choose the block, so a user
    /// is found either way.
    /// </summary>
    /// <param name="words">One word per bit of a filter.</param>
    /// <param name="mark">The bit of each word that belongs to this filter.</param>
    public void AddTo(Span<ulong> words, ulong mark)
    {
        int blocks = words.Length / BitsPerBlock;
        for (int i = 0; i < Math.Max(blocks, Blocks); i++)
        {
            Span<ulong> block = words.Slice((i & (blocks - 1)) * BitsPerBlock, BitsPerBlock);
            ReadOnlySpan<ulong> own = _words.Span.Slice((i & (Blocks - 1)) * WordsPerBlock, WordsPerBlock);
            for (int word = 0; word < own.Length; word++)
            {
                for (ulong left = own[word]; left != 0; left &= left - 1)
                {
                    block[(word << WordBits) + BitOperations.TrailingZeroCount(left)] |= mark;
                }
            }
        }
    }

    /// <summary>Prefetches what <see cref="MayHold"/> reads.</summary>
    public void Prefetch(ulong hash) => Signals.Storage.Primitives.Prefetch.Line(ref _words.Span[BlockOf(hash)]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Holds(ReadOnlySpan<ulong> block, ulong hash)
    {
        ulong bits = BitsOf(hash);
        bool holds = true;
        for (int probe = 0; probe < Probes; probe++, bits >>= ProbeBits)
        {
            holds &= (block[WordOf(bits)] >> (int)(bits & 63) & 1) != 0;
        }

        return holds;
    }

    // The low bits of the hash choose the block, so the hash is mixed once more before it gives the six bits.
    private static ulong BitsOf(ulong hash) => (hash * Spread) >> (64 - (Probes * ProbeBits));

    private static int WordOf(ulong bits) => (int)(bits >> WordBits) & (WordsPerBlock - 1);

    private int BlockOf(ulong hash) => (int)(hash & _blockMask) * WordsPerBlock;

    [MethodImpl(Compile.InFull)]
    private static void Add(Span<ulong> words, ulong hash)
    {
        int blocks = words.Length / WordsPerBlock;
        Span<ulong> block = words.Slice((int)(hash & (ulong)(blocks - 1)) * WordsPerBlock, WordsPerBlock);
        ulong bits = BitsOf(hash);
        for (int probe = 0; probe < Probes; probe++, bits >>= ProbeBits)
        {
            block[WordOf(bits)] |= 1UL << (int)(bits & 63);
        }
    }
}
