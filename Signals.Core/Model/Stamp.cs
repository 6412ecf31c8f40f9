namespace Signals.Core.Model;

/// <summary>
/// How much a fact about an event weighs: of two facts the one with the greater stamp holds. It is
/// <c>(generation &lt;&lt; 16 | source rank) + 1</c>, so that 0 says that nobody ever stated the fact. Immutable; any thread.
/// </summary>
/// <remarks>What is streamed has generation 0 and rank 0; segments have generations from 1 on, so they always win.</remarks>
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

    /// <summary>Never stated.</summary>
    public static Stamp None => default;

    /// <summary>What the store streamed.</summary>
    public static Stamp Streamed => new(1);

    /// <summary>Whether the number is a stamp of something that was stated.</summary>
    public bool IsValid => Value is > 0 and <= MaxValue;

    /// <summary>The generation; 0 for what was streamed.</summary>
    public long Generation => (long)((Value - 1) >> RankBits);

    /// <summary>The rank of the source among those of one generation.</summary>
    public ushort SourceRank => (ushort)(Value - 1);

    /// <summary>The stamp of a segment.</summary>
    /// <param name="generation">1 to <see cref="MaxGeneration"/>.</param>
    /// <param name="sourceRank">0 to <see cref="MaxSourceRank"/>; of one generation the higher rank wins.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of range.</exception>
    public static Stamp Of(long generation, int sourceRank)
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
