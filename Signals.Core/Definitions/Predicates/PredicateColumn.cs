using Signals.Core.Definitions.Predicates;

namespace Signals.Definitions;

/// <summary>A column to build a condition on. Immutable.</summary>
/// <param name="Name">The column's name, the same in every event type that has it.</param>
public readonly record struct PredicateColumn(string Name)
{
    /// <summary>
    /// The kinds of conditions that the methods build. They are what the JSON reader knows, and what it lists when it finds none.
    /// </summary>
    internal static PredicateForm[] Forms { get; } =
        [SetPredicate.Form, RangePredicate.Form, StatePredicate.Form, .. ComparisonPredicate.ComparisonForms];

    /// <summary>True where the value is equal.</summary>
    public Predicate EqualTo(Literal value) => Compare(ComparisonOperator.Equal, value);

    /// <inheritdoc cref="EqualTo(Literal)"/>
    public Predicate EqualTo(Parameter value) => Compare(ComparisonOperator.Equal, value);

    /// <summary>True where there is a value and it is not equal.</summary>
    public Predicate NotEqualTo(Literal value) => Compare(ComparisonOperator.NotEqual, value);

    /// <inheritdoc cref="NotEqualTo(Literal)"/>
    public Predicate NotEqualTo(Parameter value) => Compare(ComparisonOperator.NotEqual, value);

    /// <summary>True where the number is less.</summary>
    public Predicate LessThan(Literal value) => Compare(ComparisonOperator.LessThan, value);

    /// <inheritdoc cref="LessThan(Literal)"/>
    public Predicate LessThan(Parameter value) => Compare(ComparisonOperator.LessThan, value);

    /// <summary>True where the number is less or equal.</summary>
    public Predicate AtMost(Literal value) => Compare(ComparisonOperator.AtMost, value);

    /// <inheritdoc cref="AtMost(Literal)"/>
    public Predicate AtMost(Parameter value) => Compare(ComparisonOperator.AtMost, value);

    /// <summary>True where the number is greater.</summary>
    public Predicate GreaterThan(Literal value) => Compare(ComparisonOperator.GreaterThan, value);

    /// <inheritdoc cref="GreaterThan(Literal)"/>
    public Predicate GreaterThan(Parameter value) => Compare(ComparisonOperator.GreaterThan, value);

    /// <summary>True where the number is greater or equal.</summary>
    public Predicate AtLeast(Literal value) => Compare(ComparisonOperator.AtLeast, value);

    /// <inheritdoc cref="AtLeast(Literal)"/>
    public Predicate AtLeast(Parameter value) => Compare(ComparisonOperator.AtLeast, value);

    /// <summary>True where <paramref name="low"/> &lt;= number &lt;= <paramref name="high"/>.</summary>
    public Predicate Between(Literal low, Literal high) => new RangePredicate { Column = Name, Low = low, High = high };

    /// <inheritdoc cref="Between(Literal, Literal)"/>
    public Predicate Between(Setting<Literal> low, Setting<Literal> high) => new RangePredicate { Column = Name, Low = low, High = high };

    /// <summary>True where the value equals one of these.</summary>
    public Predicate In(params ReadOnlySpan<Literal> values) => new SetPredicate { Column = Name, Values = [.. values] };

    /// <summary>True where the column was set to null explicitly.</summary>
    public Predicate IsNull() => new StatePredicate { Column = Name, State = ColumnState.Null };

    /// <summary>True where the column was never set, or where the row's event type does not have it.</summary>
    public Predicate IsAbsent() => new StatePredicate { Column = Name, State = ColumnState.Absent };

    /// <summary>True where the column has a value.</summary>
    public Predicate HasValue() => new StatePredicate { Column = Name, State = ColumnState.Value };

    private ComparisonPredicate Compare(ComparisonOperator comparison, Setting<Literal> value) =>
        new() { Column = Name, Operator = comparison, Value = value };
}
