namespace Signals.Definitions;

/// <summary>
/// True where the column has a certain state: absent, null or a value. It is the only condition that vector columns allow.
/// </summary>
public sealed record StatePredicate : Predicate
{
    /// <summary>Any column. It is absent where the row's event type does not have it.</summary>
    public required string Column { get; init; }

    /// <summary>The state that the column must have.</summary>
    public required ColumnState State { get; init; }
}
