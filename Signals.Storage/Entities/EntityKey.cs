namespace Signals.Enrichment;

/// <summary>
/// The 128-bit key of an entity (an item, an author, a country), made like a <see cref="UserId"/>: from a number, a
/// <see cref="Guid"/>, or the XxHash128 of a string. Immutable and safe to share. Keys are ordered as unsigned 128-bit numbers,
/// which is the order in the file.
/// </summary>
/// <param name="high">The more significant half.</param>
/// <param name="low">The less significant half.</param>
public readonly struct EntityKey(ulong high, ulong low) : IEquatable<EntityKey>
{
    private EntityKey(UserId id)
        : this(id.High, id.Low)
    {
    }

    /// <summary>The more significant half; 0 for a key made from a number.</summary>
    public ulong High { get; } = high;

    /// <summary>The less significant half.</summary>
    public ulong Low { get; } = low;

    /// <summary>The entity with this number.</summary>
    public static EntityKey From(ulong number) => new(0, number);

    /// <summary>The entity with this GUID.</summary>
    /// <exception cref="ArgumentException">The GUID is empty, which is how a missing key usually looks.</exception>
    public static EntityKey From(Guid value) => new(UserId.From(value));

    /// <summary>The entity with this name, hashed as UTF-8.</summary>
    /// <exception cref="ArgumentException">
    /// The name is empty, which is how a missing key usually looks, or it contains half of a surrogate pair, which UTF-8 cannot
    /// hold.
    /// </exception>
    public static EntityKey From(string name) => new(UserId.From(name));

    /// <summary>The entity with this name, given as UTF-8. Equals <see cref="From(string)"/> of the same text.</summary>
    /// <exception cref="ArgumentException">The name is empty, which is how a missing key usually looks.</exception>
    public static EntityKey FromUtf8(ReadOnlySpan<byte> name) => new(UserId.FromUtf8(name));

    /// <inheritdoc/>
    public bool Equals(EntityKey other) => High == other.High && Low == other.Low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EntityKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(High, Low);

    /// <summary>The same form as <see cref="UserId.ToString"/>.</summary>
    public override string ToString() => new UserId(High, Low).ToString();

    /// <summary>Whether both name the same entity.</summary>
    public static bool operator ==(EntityKey left, EntityKey right) => left.Equals(right);

    /// <summary>Whether the two name different entities.</summary>
    public static bool operator !=(EntityKey left, EntityKey right) => !left.Equals(right);

    internal static int Compare(ulong high, ulong low, ulong otherHigh, ulong otherLow)
    {
        int order = high.CompareTo(otherHigh);
        return order != 0 ? order : low.CompareTo(otherLow);
    }
}
