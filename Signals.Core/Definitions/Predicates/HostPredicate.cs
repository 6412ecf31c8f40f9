namespace Signals.Definitions;

/// <summary>
/// A condition in the host's code. Two are equal when they call the same delegate. It cannot be written as JSON.
/// </summary>
public abstract record HostPredicate : Predicate
{
    private protected HostPredicate()
    {
    }

    /// <summary>The scalar column whose values are tested.</summary>
    public required string Column { get; init; }

    /// <summary>The type that the column must have.</summary>
    public abstract ColumnType Type { get; }

    /// <summary>Tests rows. An exception of the host's code is passed on to the caller.</summary>
    /// <param name="values">The column's values as the column stores them, one per row.</param>
    /// <param name="states">The state of each row.</param>
    /// <param name="results">Receives true or false for each row. It is as long as <paramref name="states"/>.</param>
    internal abstract void Evaluate(ReadOnlySpan<byte> values, ReadOnlySpan<ColumnState> states, Span<bool> results);
}
