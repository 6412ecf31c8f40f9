using System.Globalization;
using System.IO.Hashing;
using Signals.Core.Model;

namespace Signals.Core.Ingest;

/// <summary>
/// Which source a position belongs to, when another may come under the same name: a file that was rotated, a topic that was made anew. Either
/// given by whoever knows it, or a fingerprint of how the source begins.
/// </summary>
/// <remarks>
/// Immutable and safe to share. A fingerprint covers up to <see cref="MaxPrefixBytes"/> bytes and never more than were read, so it grows with
/// a source until it has that many; fingerprints of different lengths cannot be compared without the source.
/// </remarks>
public readonly record struct SourceIncarnation
{
    /// <summary>Bytes that a fingerprint covers at most.</summary>
    public const int MaxPrefixBytes = 4096;

    internal SourceIncarnation(UInt128 value, int prefixBytes)
    {
        Value = value;
        PrefixBytes = prefixBytes;
    }

    /// <summary>Bytes of the beginning that the fingerprint covers; 0 when the incarnation was given, or is none.</summary>
    public int PrefixBytes { get; }

    /// <summary>Whether nothing is known.</summary>
    public bool IsNone => Value == 0 && PrefixBytes == 0;

    /// <summary>The identity; 0 only for none.</summary>
    internal UInt128 Value { get; }

    /// <summary>The incarnation with this name: a topic's id, an inode and its time of birth.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static SourceIncarnation From(string name)
    {
        UserId hash = UserId.From(name);
        return new SourceIncarnation(new UInt128(hash.High, hash.Low), 0);
    }

    /// <summary>The fingerprint of a source that begins with these bytes; those behind <see cref="MaxPrefixBytes"/> do not count.</summary>
    /// <returns>None when there are no bytes.</returns>
    public static SourceIncarnation OfBeginning(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> prefix = bytes[..Math.Min(bytes.Length, MaxPrefixBytes)];
        return prefix.IsEmpty ? default : new SourceIncarnation(XxHash128.HashToUInt128(prefix), prefix.Length);
    }

    /// <summary>Whether a source that the store knows as this one may go on as <paramref name="next"/>: it is the same, or nothing was known.</summary>
    public bool MayGoOnAs(SourceIncarnation next) => IsNone || this == next || (PrefixBytes > 0 && next.PrefixBytes > PrefixBytes);

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none"
        : PrefixBytes == 0 ? Value.ToString("x32", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Value:x32} of its first {PrefixBytes} bytes");

    /// <summary>An order among incarnations, so that merging positions does not depend on who comes first.</summary>
    internal int CompareTo(SourceIncarnation other)
    {
        int order = PrefixBytes.CompareTo(other.PrefixBytes);
        return order != 0 ? order : Value.CompareTo(other.Value);
    }
}
