namespace Signals.Core.Definitions;

/// <summary>Compares a column with a constant. False where there is no value.</summary>
public sealed record ComparisonPredicate : Predicate
{
    /// <summary>A scalar, text or bytes column.</summary>
    public required string Column { get; init; }

    /// <summary>How it is compared.</summary>
    public required ComparisonOperator Operator { get; init; }

    /// <summary>With what: a literal of the column's family (number, boolean, text, bytes).</summary>
    public required Setting<Literal> Value { get; init; }
}
