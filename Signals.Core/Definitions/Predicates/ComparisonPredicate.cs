namespace Signals.Definitions;

/// <summary>Compares a column with a constant. False where the column has no value.</summary>
public sealed record ComparisonPredicate : Predicate
{
    /// <summary>A scalar, text or bytes column.</summary>
    public required string Column { get; init; }

    /// <summary>How the column is compared.</summary>
    public required ComparisonOperator Operator { get; init; }

    /// <summary>The constant to compare with: a literal of the column's family (number, boolean, text, bytes).</summary>
    public required Setting<Literal> Value { get; init; }
}
