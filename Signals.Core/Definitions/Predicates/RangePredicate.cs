namespace Signals.Definitions;

/// <summary>True where low &lt;= number &lt;= high.</summary>
public sealed record RangePredicate : Predicate
{
    /// <summary>A scalar column of numbers.</summary>
    public required string Column { get; init; }

    /// <summary>The least number in the range.</summary>
    public required Setting<Literal> Low { get; init; }

    /// <summary>The greatest number in the range.</summary>
    public required Setting<Literal> High { get; init; }
}
