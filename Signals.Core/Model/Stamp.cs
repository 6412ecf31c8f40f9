namespace Signals.Core.Model;

/// <summary>
/// The weight of a statement about an event: of two statements the one with the greater stamp holds. The value is <c>(generation
/// &lt;&lt; 16 | source rank) + 1</c>, so that 0 means that the fact was never stated. Immutable; any thread.
/// </summary>
/// <remarks>Streamed data has generation 0 and rank 0. Segments have generations from 1 on, so they always win.</remarks>
/// <param name="Value">The number that is stored and compared.</param>
internal readonly record struct Stamp(ulong Value) : IComparable<Stamp>
{
    /// <summary>The newest generation of a segment.</summary>
    public const long MaxGeneration = (1L << 47) - 1;

    /// <summary>The highest source rank.</summary>
    public const int MaxSourceRank = ushort.MaxValue;

    /// <summary>The greatest number that is a stamp.</summary>
    public const ulong MaxValue = (((ulong)MaxGeneration << RankBits) | MaxSourceRank) + 1;

    private const int RankBits = 16;

    /// <summary>The fact was never stated.</summary>
    public static Stamp None => default;

    /// <summary>The stamp of everything that was streamed.</summary>
    public static Stamp Streamed => new(1);

    /// <summary>Whether the number is the stamp of something that was stated.</summary>
    public bool IsValid => Value is > 0 and <= MaxValue;

    /// <summary>The generation; 0 for streamed data.</summary>
    public long Generation => (long)((Value - 1) >> RankBits);

    /// <summary>The rank of the source. It decides between statements of the same generation.</summary>
    public ushort SourceRank => (ushort)(Value - 1);

    /// <summary>The stamp of a segment.</summary>
    /// <param name="generation">1 to <see cref="MaxGeneration"/>.</param>
    /// <param name="sourceRank">0 to <see cref="MaxSourceRank"/>. Within one generation the higher rank wins.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of range.</exception>
    public static Stamp Create(long generation, int sourceRank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(generation, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(generation, MaxGeneration);
        ArgumentOutOfRangeException.ThrowIfNegative(sourceRank);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sourceRank, MaxSourceRank);
        return new Stamp((((ulong)generation << RankBits) | (uint)sourceRank) + 1);
    }

    /// <inheritdoc/>
    public int CompareTo(Stamp other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value == 0 ? "none" : $"{Generation}/{SourceRank}";
}
