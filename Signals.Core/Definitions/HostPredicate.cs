using Signals.Core.Columns;

namespace Signals.Core.Definitions;

/// <summary>A condition in the host's code. Two are equal when they call the same delegate. Not portable.</summary>
public abstract record HostPredicate : Predicate
{
    private protected HostPredicate()
    {
    }

    /// <summary>The scalar column whose values are tested.</summary>
    public required string Column { get; init; }

    /// <summary>The type that the column must have.</summary>
    public abstract ColumnType Type { get; }

    /// <summary>Tests rows. An exception of the host's code passes through.</summary>
    /// <param name="values">The column's values as it stores them, one a row.</param>
    /// <param name="states">The state of each row.</param>
    /// <param name="results">True or false for each row; as long as <paramref name="states"/>.</param>
    internal abstract void Evaluate(ReadOnlySpan<byte> values, ReadOnlySpan<ColumnState> states, Span<bool> results);
}
