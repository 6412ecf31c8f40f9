using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>
/// The XXH128 of bytes that come piece by piece, with seed 0: the same number as <see cref="XxHash128"/> gives. That class is compiled
/// without optimizing at first, so in a new process hashing a large file takes longer than writing it. This one is compiled in full at its
/// first call.
/// </summary>
/// <remarks>
/// Thread contract: one thread. The algorithm is that of XXH3 for long inputs (https://github.com/Cyan4973/xxHash). It works on stripes of
/// 64 bytes. The last stripe is mixed in differently, and only the end tells which one that is. So a stripe is consumed when a byte
/// follows it, and the one that was consumed last is kept, because the last 64 bytes may reach back into it.
/// </remarks>
internal sealed class ContentHash
{
    private const int StripeBytes = 64;
    private const int StripesPerBlock = 16;
    private const int MostShortBytes = 240; // up to here XXH3 has other rules
    private const int SecretBytes = 192;
    private const int BlockSecretAt = SecretBytes - StripeBytes;
    private const int LastSecretAt = BlockSecretAt - 7;
    private const int MergeSecretAt = 11;
    private const uint Prime32A = 0x9E3779B1;
    private const uint Prime32B = 0x85EBCA77;
    private const uint Prime32C = 0xC2B2AE3D;
    private const ulong Prime64A = 0x9E3779B185EBCA87;
    private const ulong Prime64B = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime64C = 0x165667B19E3779F9;
    private const ulong Prime64D = 0x85EBCA77C2B2AE63;
    private const ulong Prime64E = 0x27D4EB2F165667C5;

    private readonly byte[] _short = new byte[MostShortBytes]; // the first bytes
    private readonly byte[] _ahead = new byte[StripeBytes]; // not consumed
    private readonly byte[] _last = new byte[StripeBytes]; // consumed last
    private Vector256<ulong> _low = Vector256.Create(Prime32C, Prime64A, Prime64B, Prime64C);
    private Vector256<ulong> _high = Vector256.Create(Prime64D, Prime32B, Prime64E, Prime32A);
    private int _held; // bytes of _ahead
    private int _stripe; // in the current block
    private long _length;

    // The default secret of XXH3.
    private static ReadOnlySpan<byte> Secret =>
    [
        0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
        0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
        0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
        0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
        0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
        0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
        0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
        0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
        0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
        0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
        0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
        0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
    ];

    /// <summary>The hash of all bytes so far. More may follow.</summary>
    public UInt128 Value => _length <= MostShortBytes ? XxHash128.HashToUInt128(_short.AsSpan(0, (int)_length)) : Finish();

    /// <summary>Adds bytes.</summary>
    [MethodImpl(Compile.InFull)]
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_length < MostShortBytes)
        {
            bytes[..Math.Min(bytes.Length, MostShortBytes - (int)_length)].CopyTo(_short.AsSpan((int)_length));
        }

        _length += bytes.Length;
        int taken = Math.Min(bytes.Length, StripeBytes - _held);
        bytes[..taken].CopyTo(_ahead.AsSpan(_held));
        _held += taken;
        bytes = bytes[taken..];
        if (bytes.IsEmpty)
        {
            return;
        }

        Consume(_ahead);
        int stripes = (bytes.Length - 1) / StripeBytes;
        Consume(bytes[..(stripes * StripeBytes)]);
        bytes = bytes[(stripes * StripeBytes)..];
        bytes.CopyTo(_ahead);
        _held = bytes.Length;
    }

    // Whole stripes.
    [MethodImpl(Compile.InFull)]
    private void Consume(ReadOnlySpan<byte> stripes)
    {
        if (stripes.IsEmpty)
        {
            return;
        }

        stripes[^StripeBytes..].CopyTo(_last);
        ref byte secret = ref MemoryMarshal.GetReference(Secret);
        Vector256<ulong> low = _low;
        Vector256<ulong> high = _high;
        int stripe = _stripe;
        for (int at = 0; at < stripes.Length; at += StripeBytes)
        {
            ref byte bytes = ref Unsafe.Add(ref MemoryMarshal.GetReference(stripes), at);
            low = Accumulate(low, ref bytes, ref secret, sizeof(ulong) * stripe, 0);
            high = Accumulate(high, ref bytes, ref secret, sizeof(ulong) * stripe, StripeBytes / 2);
            if (++stripe == StripesPerBlock)
            {
                low = Scramble(low, ref secret, 0);
                high = Scramble(high, ref secret, StripeBytes / 2);
                stripe = 0;
            }
        }

        (_low, _high, _stripe) = (low, high, stripe);
    }

    private UInt128 Finish()
    {
        Span<byte> last = stackalloc byte[StripeBytes];
        _last.AsSpan(_held).CopyTo(last);
        _ahead.AsSpan(0, _held).CopyTo(last[^_held..]);
        ref byte secret = ref MemoryMarshal.GetReference(Secret);
        Span<ulong> sums = stackalloc ulong[StripeBytes / sizeof(ulong)];
        Accumulate(_low, ref last[0], ref secret, LastSecretAt, 0).CopyTo(sums);
        Accumulate(_high, ref last[0], ref secret, LastSecretAt, StripeBytes / 2).CopyTo(sums[Vector256<ulong>.Count..]);
        ulong length = (ulong)_length;
        return new UInt128(
            Merge(sums, Secret[(BlockSecretAt - MergeSecretAt)..], ~(length * Prime64B)),
            Merge(sums, Secret[MergeSecretAt..], length * Prime64A));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Accumulate(Vector256<ulong> sums, ref byte stripe, ref byte secret, int secretAt, int half)
    {
        Vector256<ulong> value = Vector256.LoadUnsafe(ref stripe, (nuint)half).AsUInt64();
        Vector256<ulong> keyed = value ^ Vector256.LoadUnsafe(ref secret, (nuint)(secretAt + half)).AsUInt64();
        return sums + MultiplyHalves(keyed) + Vector256.Shuffle(value, Vector256.Create(1UL, 0, 3, 2));
    }

    // The lower half of each number times its upper half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> MultiplyHalves(Vector256<ulong> numbers) => Avx2.IsSupported
        ? Avx2.Multiply(numbers.AsUInt32(), (numbers >>> 32).AsUInt32())
        : (numbers & Vector256.Create((ulong)uint.MaxValue)) * (numbers >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Scramble(Vector256<ulong> sums, ref byte secret, int half) =>
        (sums ^ (sums >>> 47) ^ Vector256.LoadUnsafe(ref secret, (nuint)(BlockSecretAt + half)).AsUInt64())
        * Vector256.Create((ulong)Prime32A);

    private static ulong Merge(ReadOnlySpan<ulong> sums, ReadOnlySpan<byte> secret, ulong start)
    {
        ulong result = start;
        for (int i = 0; i < sums.Length; i += 2)
        {
            ulong first = sums[i] ^ BinaryPrimitives.ReadUInt64LittleEndian(secret[(sizeof(ulong) * i)..]);
            ulong second = sums[i + 1] ^ BinaryPrimitives.ReadUInt64LittleEndian(secret[(sizeof(ulong) * (i + 1))..]);
            ulong high = Math.BigMul(first, second, out ulong low);
            result += high ^ low;
        }

        result = (result ^ (result >> 37)) * 0x165667919E3779F9;
        return result ^ (result >> 32);
    }
}
