using System.Text.Json;
using Signals.Core.Definitions;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Values;

namespace Signals.Definitions;

/// <summary>
/// A condition on one event, over its fields and enrichments. Every condition is either true or false for every row. A comparison
/// is false when the column is null or absent, or when the row's event type does not have it. <see cref="Not"/> is plain
/// negation, so the negated comparison is true there. Immutable, equal by value, safe to share.
/// </summary>
/// <remarks>
/// Numbers are compared by exact value, whatever kind the column is. NaN is unequal to everything, and neither less nor greater
/// than anything. Text is compared by its UTF-8 bytes. A boolean column can only be compared for equality with true or false.
/// </remarks>
public abstract record Predicate
{
    private protected Predicate()
    {
    }

    /// <summary>The kinds of conditions that name no column and have a form in JSON. See <see cref="PredicateColumn.Forms"/>.</summary>
    internal static PredicateForm[] Forms { get; } = [AllPredicate.Form, AnyPredicate.Form, NotPredicate.Form, FilterPredicate.Form];

    /// <summary>The conditions that this one consists of.</summary>
    internal virtual ValueList<Predicate> Operands => [];

    /// <summary>The columns that the condition itself names, apart from its operands. Only these are fetched for it.</summary>
    internal abstract IEnumerable<string> Columns { get; }

    /// <summary>Begins a condition on a column.</summary>
    public static PredicateColumn OnColumn(string column) => new(column);

    /// <summary>True where all of the conditions are true. True everywhere when there are no conditions.</summary>
    public static Predicate All(params ReadOnlySpan<Predicate> predicates) => new AllPredicate { Predicates = [.. predicates] };

    /// <summary>True where at least one of the conditions is true. False everywhere when there are no conditions.</summary>
    public static Predicate Any(params ReadOnlySpan<Predicate> predicates) => new AnyPredicate { Predicates = [.. predicates] };

    /// <summary>True where the condition is false.</summary>
    public static Predicate Not(Predicate predicate) => new NotPredicate { Predicate = predicate };

    /// <summary>True where a filter of the catalog keeps the event.</summary>
    /// <param name="name">The name of an event filter's signature.</param>
    public static Predicate Filter(string name) => new FilterPredicate { Name = name };

    /// <summary>
    /// True where the column has a value and the host's function returns true. Only for definitions in code: such a definition
    /// cannot be written as JSON.
    /// </summary>
    /// <typeparam name="T">The type of the scalar column's values.</typeparam>
    /// <param name="column">A scalar column.</param>
    /// <param name="test">A pure and quick function. It is called for each row with a value, from any thread.</param>
    public static Predicate Host<T>(string column, Func<T, bool> test)
        where T : unmanaged => new HostPredicate<T> { Column = column, Test = test };

    /// <summary>True where both are true. Conditions joined by <c>&amp;</c> become one list.</summary>
    public static Predicate operator &(Predicate left, Predicate right) =>
        new AllPredicate { Predicates = left is AllPredicate all ? [.. all.Predicates, right] : [left, right] };

    /// <summary>True where at least one is true. Conditions joined by <c>|</c> become one list.</summary>
    public static Predicate operator |(Predicate left, Predicate right) =>
        new AnyPredicate { Predicates = left is AnyPredicate any ? [.. any.Predicates, right] : [left, right] };

    /// <inheritdoc cref="Not"/>
    public static Predicate operator !(Predicate predicate) => Not(predicate);

    /// <inheritdoc cref="op_BitwiseAnd"/>
    public static Predicate BitwiseAnd(Predicate left, Predicate right) => left & right;

    /// <inheritdoc cref="op_BitwiseOr"/>
    public static Predicate BitwiseOr(Predicate left, Predicate right) => left | right;

    /// <summary>The place of an operand.</summary>
    /// <param name="path">The place of this condition.</param>
    /// <param name="operand">An index of <see cref="Operands"/>.</param>
    internal virtual JsonPath PathOfOperand(JsonPath path, int operand) =>
        throw new InvalidOperationException($"{GetType().Name} consists of other conditions, but gives no places to them.");

    /// <summary>Writes the condition, with its operands, as an object.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteKeys(json);
        json.WriteEndObject();
    }

    /// <summary>Writes the keys of the condition's object, such that its <see cref="PredicateForm"/> reads them.</summary>
    internal abstract void WriteKeys(Utf8JsonWriter json);

    /// <summary>Reports what is wrong with the condition in itself, apart from its operands.</summary>
    internal abstract void CheckStructure(JsonPath path, ValueCheck values);

    /// <summary>Reports what is wrong with the condition for a schema, apart from its operands.</summary>
    /// <param name="path">The place of this condition.</param>
    /// <param name="eventType">The only event type that the condition applies to; <c>null</c> for all sources.</param>
    /// <param name="schema">The checks of columns and values that conditions share.</param>
    internal abstract void CheckSchema(JsonPath path, string? eventType, ConditionCheck schema);

    /// <summary>The condition, with its operands, with the values of parameters in place of settings that use them.</summary>
    internal abstract Predicate Substitute(ParameterSubstitution parameters);
}
