using System.Globalization;
using System.IO.Hashing;

namespace Signals;

/// <summary>
/// Identifies the source that a position belongs to, because another source may use the same name later: a file that was rotated,
/// or a topic that was created anew. It is either given by a host that knows it, or a fingerprint of the source's first bytes.
/// </summary>
/// <remarks>
/// Immutable and safe to share. A fingerprint covers at most <see cref="MaxPrefixBytes"/> bytes and never more than were read, so
/// it grows with a source until it covers that many. Fingerprints of different lengths cannot be compared without the source.
/// </remarks>
public readonly record struct SourceIncarnation
{
    /// <summary>The largest number of bytes that a fingerprint covers.</summary>
    public const int MaxPrefixBytes = 4096;

    internal SourceIncarnation(UInt128 value, int prefixBytes)
    {
        Value = value;
        PrefixBytes = prefixBytes;
    }

    /// <summary>The number of first bytes that the fingerprint covers; 0 when the incarnation was given or is unknown.</summary>
    public int PrefixBytes { get; }

    /// <summary>Whether nothing is known about the source.</summary>
    public bool IsNone => Value == 0 && PrefixBytes == 0;

    /// <summary>The identity; 0 only when nothing is known.</summary>
    internal UInt128 Value { get; }

    /// <summary>The incarnation with this name, for example a topic's id, or an inode and its creation time.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static SourceIncarnation From(string name)
    {
        UserId hash = UserId.From(name);
        return new SourceIncarnation(new UInt128(hash.High, hash.Low), 0);
    }

    /// <summary>
    /// The fingerprint of a source that begins with these bytes. Bytes after the first <see cref="MaxPrefixBytes"/> do not count.
    /// </summary>
    /// <returns>The default, which states nothing, when there are no bytes.</returns>
    public static SourceIncarnation OfBeginning(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> prefix = bytes[..Math.Min(bytes.Length, MaxPrefixBytes)];
        return prefix.IsEmpty ? default : new SourceIncarnation(XxHash128.HashToUInt128(prefix), prefix.Length);
    }

    /// <summary>
    /// Whether a source that the store knows as this one may continue as <paramref name="next"/>: it is the same one, nothing was
    /// known about it, or its fingerprint has grown.
    /// </summary>
    public bool MayGoOnAs(SourceIncarnation next) =>
        IsNone || this == next || (PrefixBytes > 0 && next.PrefixBytes > PrefixBytes);

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none"
        : PrefixBytes == 0 ? Value.ToString("x32", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Value:x32} of its first {PrefixBytes} bytes");

    /// <summary>
    /// An order of incarnations, so that the result of merging positions does not depend on the order of the merges.
    /// </summary>
    internal int CompareTo(SourceIncarnation other)
    {
        int order = PrefixBytes.CompareTo(other.PrefixBytes);
        return order != 0 ? order : Value.CompareTo(other.Value);
    }
}
