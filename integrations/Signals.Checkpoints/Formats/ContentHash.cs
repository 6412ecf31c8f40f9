using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Signals.Checkpoints.Formats;

/// <summary>
/// A SHA-256. Content is addressed by it, so two contents must not have the same hash even if someone who chooses the events tries.
/// Immutable.
/// </summary>
internal readonly record struct ContentHash
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    /// <param name="bytes">32 bytes.</param>
    public ContentHash(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<UInt128> halves = MemoryMarshal.Cast<byte, UInt128>(bytes[..CheckpointFormat.HashBytes]);
        (_high, _low) = (halves[0], halves[1]);
    }

    public static ContentHash Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[CheckpointFormat.HashBytes];
        SHA256.HashData(content, hash);
        return new ContentHash(hash);
    }

    /// <summary>Reads 64 lower-case hex digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ContentHash hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[CheckpointFormat.HashBytes];
        if (text.Length != 2 * CheckpointFormat.HashBytes || text.ContainsAnyExcept(HexDigits)
            || Convert.FromHexString(text, bytes, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        hash = new ContentHash(bytes);
        return true;
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[CheckpointFormat.HashBytes];
        Span<UInt128> halves = MemoryMarshal.Cast<byte, UInt128>(bytes.AsSpan());
        (halves[0], halves[1]) = (_high, _low);
        return bytes;
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToBytes());
}
