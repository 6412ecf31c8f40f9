using Signals.Core.Columns;

namespace Signals.Core.Definitions;

/// <summary>True where the column is in a state: absent, null or a value. The only condition for vector columns.</summary>
public sealed record StatePredicate : Predicate
{
    /// <summary>Any column. Where the row's event type has not got it, it is absent.</summary>
    public required string Column { get; init; }

    /// <summary>The state.</summary>
    public required ColumnState State { get; init; }
}
