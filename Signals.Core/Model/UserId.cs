using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using System.Text.Unicode;
using Signals.Core.Model;

namespace Signals;

/// <summary>
/// Names a user in 128 bits: a number, a <see cref="Guid"/>, or the XxHash128 of a string. Immutable and safe to share. User ids
/// are ordered as unsigned 128-bit numbers. Users inside a table have the same order.
/// </summary>
/// <remarks>
/// The three sources share one space of numbers. <c>From(7UL)</c> and <c>From("7")</c> are different users, so a store should use
/// one source only.
/// </remarks>
/// <param name="high">The more significant half.</param>
/// <param name="low">The less significant half.</param>
public readonly struct UserId(ulong high, ulong low) : IEquatable<UserId>, IComparable<UserId>
{
    private const int StackUtf8Length = 512;

    /// <summary>The more significant half; 0 for a user made from a <see cref="ulong"/>.</summary>
    public ulong High { get; } = high;

    /// <summary>The less significant half.</summary>
    public ulong Low { get; } = low;

    /// <summary>
    /// Well-mixed 64 bits of the id (the finaliser of MurmurHash3). Tables store this value, so it must never change.
    /// </summary>
    internal ulong Hash64
    {
        get
        {
            ulong hash = Low ^ (High * 0x9E3779B97F4A7C15);
            hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
            hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
            return hash ^ (hash >> 33);
        }
    }

    /// <summary>
    /// True for <c>default(UserId)</c>, the value of a user id that was never set, and for the number 0, which is the same value.
    /// You can read and erase it, because older stores may hold events of it. New events of it are refused.
    /// </summary>
    public bool IsNobody => (High | Low) == 0;

    /// <summary>The user with this number. 0 is <see cref="IsNobody">nobody</see>: no event can be added for it.</summary>
    public static UserId From(ulong number) => new(0, number);

    /// <summary>The user with this GUID. The order of ids is the order of the GUIDs' texts.</summary>
    /// <exception cref="ArgumentException">The GUID is empty. This is usually a missing key.</exception>
    public static UserId From(Guid value)
    {
        if (value == Guid.Empty)
        {
            throw new ArgumentException("A user's GUID must not be empty.", nameof(value));
        }

        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return new UserId(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    /// <summary>The user with this name, hashed as UTF-8.</summary>
    /// <exception cref="ArgumentException">
    /// The name is empty, which is usually a missing key; or it has half of a surrogate pair, which UTF-8 cannot hold, so that
    /// two such names would become one user.
    /// </exception>
    public static UserId From(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return From(name.AsSpan());
    }

    /// <inheritdoc cref="From(string)"/>
    public static UserId From(ReadOnlySpan<char> name)
    {
        int bound = Encoding.UTF8.GetMaxByteCount(name.Length);
        if (bound <= StackUtf8Length)
        {
            Span<byte> stack = stackalloc byte[StackUtf8Length];
            return FromUtf8(stack[..Encode(name, stack)]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(bound);
        try
        {
            return FromUtf8(rented.AsSpan(0, Encode(name, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>
    /// The user with this name, given as UTF-8. It is the same user as <see cref="From(string)"/> of the same text. Bytes that
    /// are not UTF-8 are hashed as they are, so different bytes name different users.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty. This is usually a missing key.</exception>
    public static UserId FromUtf8(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            throw new ArgumentException("A user's name must not be empty.", nameof(name));
        }

        UInt128 hash = XxHash128.HashToUInt128(name);
        return new UserId((ulong)(hash >> 64), (ulong)hash);
    }

    private static int Encode(ReadOnlySpan<char> name, Span<byte> utf8) =>
        Utf8.FromUtf16(name, utf8, out _, out int written, replaceInvalidSequences: false) == OperationStatus.Done
            ? written
            : throw new ArgumentException("A user's name must not have half of a surrogate pair: UTF-8 cannot hold it.", nameof(name));

    /// <inheritdoc/>
    public bool Equals(UserId other) => High == other.High && Low == other.Low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UserId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Hash64;

    /// <inheritdoc/>
    public int CompareTo(UserId other)
    {
        int order = High.CompareTo(other.High);
        return order != 0 ? order : Low.CompareTo(other.Low);
    }

    /// <summary>
    /// The canonical text of this id: a decimal number when <see cref="High"/> is 0, otherwise 32 lower-case hexadecimal digits.
    /// <see cref="TryParse"/> reads it back.
    /// </summary>
    public override string ToString() => UserText.Format(this);

    /// <summary>
    /// Reads what <see cref="ToString"/> writes and nothing else. Use <see cref="UserReference"/> for text that people type.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UserId user) => UserText.TryParse(text, out user);

    /// <summary>Whether both name the same user.</summary>
    public static bool operator ==(UserId left, UserId right) => left.Equals(right);

    /// <summary>Whether they name different users.</summary>
    public static bool operator !=(UserId left, UserId right) => !left.Equals(right);

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(UserId left, UserId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(UserId left, UserId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/> or equals it.</summary>
    public static bool operator <=(UserId left, UserId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/> or equals it.</summary>
    public static bool operator >=(UserId left, UserId right) => left.CompareTo(right) >= 0;
}
