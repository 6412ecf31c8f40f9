namespace Signals.Definitions;

/// <summary>True where the value equals one of a set of values.</summary>
public sealed record SetPredicate : Predicate
{
    /// <summary>A scalar, text or bytes column.</summary>
    public required string Column { get; init; }

    /// <summary>The set: literals of the column's family. Each occurs once.</summary>
    public required ValueList<Literal> Values { get; init; }
}
