namespace Signals.Core.Definitions;

/// <summary>
/// A condition on one event, over its fields and enrichments. Every condition is true or false for every row: a comparison with a column
/// that is null or absent, or that the row's event type has not, is false; <see cref="Not"/> is plain negation, and so true there.
/// Immutable, equal by value, safe to share.
/// </summary>
/// <remarks>
/// Numbers are compared by exact value, whatever kind the column is. NaN is unequal to everything, and neither less nor greater.
/// Text is compared by its UTF-8 bytes. A boolean column is compared with true or false for equality only.
/// </remarks>
public abstract record Predicate
{
    private protected Predicate()
    {
    }

    /// <summary>Begins a condition on a column.</summary>
    public static PredicateColumn Of(string column) => new(column);

    /// <summary>True where every condition is; without any, true.</summary>
    public static Predicate All(params ReadOnlySpan<Predicate> predicates) => new AllPredicate { Predicates = [.. predicates] };

    /// <summary>True where at least one condition is; without any, false.</summary>
    public static Predicate Any(params ReadOnlySpan<Predicate> predicates) => new AnyPredicate { Predicates = [.. predicates] };

    /// <summary>True where the condition is false.</summary>
    public static Predicate Not(Predicate predicate) => new NotPredicate { Predicate = predicate };

    /// <summary>True where a filter of the catalog keeps the event.</summary>
    /// <param name="name">The name of an event filter's signature.</param>
    public static Predicate Filter(string name) => new FilterPredicate { Name = name };

    /// <summary>
    /// True where the column has a value and the host's function says so. Code only: a definition with it cannot be written as JSON.
    /// </summary>
    /// <typeparam name="T">The type of the scalar column's values.</typeparam>
    /// <param name="column">A scalar column.</param>
    /// <param name="test">Pure and quick; called for each row with a value, from any thread.</param>
    public static Predicate Host<T>(string column, Func<T, bool> test)
        where T : unmanaged => new HostPredicate<T> { Column = column, Test = test };

    /// <summary>True where both are; conditions joined by <c>&amp;</c> become one list.</summary>
    public static Predicate operator &(Predicate left, Predicate right) => new AllPredicate { Predicates = left is AllPredicate all ? [.. all.Predicates, right] : [left, right] };

    /// <summary>True where at least one is; conditions joined by <c>|</c> become one list.</summary>
    public static Predicate operator |(Predicate left, Predicate right) => new AnyPredicate { Predicates = left is AnyPredicate any ? [.. any.Predicates, right] : [left, right] };

    /// <inheritdoc cref="Not"/>
    public static Predicate operator !(Predicate predicate) => Not(predicate);

    /// <inheritdoc cref="op_BitwiseAnd"/>
    public static Predicate BitwiseAnd(Predicate left, Predicate right) => left & right;

    /// <inheritdoc cref="op_BitwiseOr"/>
    public static Predicate BitwiseOr(Predicate left, Predicate right) => left | right;
}
