using System.Globalization;
using Signals.Core.Definitions.Values;

namespace Signals.Definitions;

/// <summary>
/// A constant in a definition. It is kept exactly: whole numbers stay whole, and 5 is a different literal than 5.0 although both
/// compare alike with a column. Immutable and safe to share.
/// </summary>
public readonly struct Literal : IEquatable<Literal>
{
    private readonly ulong _bits;
    private readonly object? _reference;

    private Literal(LiteralKind kind, ulong bits, object? reference = null)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>What kind of value it holds.</summary>
    internal LiteralKind Kind { get; }

    /// <summary>True for whole numbers and numbers with a fraction.</summary>
    internal bool IsNumber => Kind is LiteralKind.Int64 or LiteralKind.UInt64 or LiteralKind.Float64;

    /// <summary>True for whole numbers.</summary>
    internal bool IsInteger => Kind is LiteralKind.Int64 or LiteralKind.UInt64;

    /// <summary>The boolean.</summary>
    /// <exception cref="InvalidOperationException">It holds something else.</exception>
    internal bool Boolean => Bits(LiteralKind.Boolean) != 0;

    /// <summary>The whole number.</summary>
    /// <exception cref="InvalidOperationException">It holds something else.</exception>
    internal long Int64 => (long)Bits(LiteralKind.Int64);

    /// <summary>The whole number above <see cref="long.MaxValue"/>.</summary>
    /// <exception cref="InvalidOperationException">It holds something else.</exception>
    internal ulong UInt64 => Bits(LiteralKind.UInt64);

    /// <summary>The number with a fraction.</summary>
    /// <exception cref="InvalidOperationException">It holds something else.</exception>
    internal double Float64 => BitConverter.UInt64BitsToDouble(Bits(LiteralKind.Float64));

    /// <summary>The text.</summary>
    /// <exception cref="InvalidOperationException">It holds something else.</exception>
    internal string Text => (string)Reference(LiteralKind.Text);

    /// <summary>The bytes.</summary>
    /// <exception cref="InvalidOperationException">It holds something else.</exception>
    internal ReadOnlyMemory<byte> Bytes => (byte[])Reference(LiteralKind.Bytes);

    /// <summary>A number of any kind as the nearest double.</summary>
    /// <exception cref="InvalidOperationException">It is not a number.</exception>
    internal double AsDouble => Kind switch
    {
        LiteralKind.Int64 => Int64,
        LiteralKind.UInt64 => UInt64,
        _ => Float64,
    };

    /// <summary>A boolean.</summary>
    public static Literal From(bool value) => new(LiteralKind.Boolean, value ? 1UL : 0);

    /// <summary>A whole number.</summary>
    public static Literal From(long value) => new(LiteralKind.Int64, (ulong)value);

    /// <summary>A whole number.</summary>
    public static Literal From(ulong value) => value <= long.MaxValue ? From((long)value) : new Literal(LiteralKind.UInt64, value);

    /// <summary>A number with a fraction. A float is widened exactly, so it equals the same float in a column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not finite.</exception>
    public static Literal From(double value) => double.IsFinite(value)
        ? new Literal(LiteralKind.Float64, BitConverter.DoubleToUInt64Bits(value))
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A definition holds finite numbers only.");

    /// <summary>A text.</summary>
    public static Literal From(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new Literal(LiteralKind.Text, 0, value);
    }

    /// <summary>A byte string with a copy of these bytes.</summary>
    public static Literal FromBytes(ReadOnlySpan<byte> value) => new(LiteralKind.Bytes, 0, value.ToArray());

    /// <inheritdoc/>
    public bool Equals(Literal other) => Kind == other.Kind && _bits == other._bits && Kind switch
    {
        LiteralKind.Text => string.Equals(Text, other.Text, StringComparison.Ordinal),
        LiteralKind.Bytes => Bytes.Span.SequenceEqual(other.Bytes.Span),
        _ => true,
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Literal other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Kind);
        hash.Add(_bits);
        switch (Kind)
        {
            case LiteralKind.Text:
                hash.Add(Text, StringComparer.Ordinal);
                break;
            case LiteralKind.Bytes:
                hash.AddBytes(Bytes.Span);
                break;
        }

        return hash.ToHashCode();
    }

    /// <summary>The value in the form that messages use. Long texts are shortened.</summary>
    public override string ToString() => Kind switch
    {
        LiteralKind.Boolean => Boolean ? "true" : "false",
        LiteralKind.Int64 => Int64.ToString(CultureInfo.InvariantCulture),
        LiteralKind.UInt64 => UInt64.ToString(CultureInfo.InvariantCulture),
        LiteralKind.Float64 => FormatFloat64(Float64),
        LiteralKind.Text => $"\"{JsonPath.Quoted(Text)}\"",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Bytes.Length} bytes"),
    };

    /// <summary>The shortest JSON number that is read back as this double and not as a whole number.</summary>
    internal static string FormatFloat64(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }

    /// <summary>Whether both have the same kind and value.</summary>
    public static bool operator ==(Literal left, Literal right) => left.Equals(right);

    /// <summary>Whether they differ in kind or value.</summary>
    public static bool operator !=(Literal left, Literal right) => !left.Equals(right);

    /// <inheritdoc cref="From(bool)"/>
    public static implicit operator Literal(bool value) => From(value);

    /// <inheritdoc cref="From(long)"/>
    public static implicit operator Literal(int value) => From(value);

    /// <inheritdoc cref="From(long)"/>
    public static implicit operator Literal(long value) => From(value);

    /// <inheritdoc cref="From(ulong)"/>
    public static implicit operator Literal(ulong value) => From(value);

    /// <inheritdoc cref="From(double)"/>
    public static implicit operator Literal(double value) => From(value);

    /// <inheritdoc cref="From(string)"/>
    public static implicit operator Literal(string value) => From(value);

    private ulong Bits(LiteralKind kind) => Kind == kind ? _bits : throw NotA(kind);

    private object Reference(LiteralKind kind) => Kind == kind ? _reference! : throw NotA(kind);

    private InvalidOperationException NotA(LiteralKind kind) => new($"The literal is {Kind}, not {kind}.");
}
