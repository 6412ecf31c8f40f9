using Signals.Core.Definitions.Predicates;
using Signals.Definitions;

namespace Signals.Core.Serving;

/// <summary>Finds out what a condition depends on. Pure.</summary>
internal static class PredicateColumns
{
    /// <summary>The columns that a condition names. A column may occur more than once.</summary>
    public static IEnumerable<string> ColumnsOf(Predicate? predicate) => Walk(predicate).SelectMany(one => one.Columns);

    /// <summary>The names of the event filters that a condition uses. A name may occur more than once.</summary>
    public static IEnumerable<string> FiltersOf(Predicate? predicate) =>
        Walk(predicate).OfType<FilterPredicate>().Select(filter => filter.Name);

    /// <summary>Whether the condition runs code of the host.</summary>
    public static bool HasHostCode(Predicate? predicate) => Walk(predicate).Any(one => one is HostPredicate or FilterPredicate);

    /// <summary>The conditions that must all be true for the given one to be true.</summary>
    public static IEnumerable<Predicate> Conjuncts(Predicate? predicate) => predicate switch
    {
        null => [],
        AllPredicate all => all.Predicates.SelectMany(Conjuncts),
        _ => [predicate],
    };

    // The condition, then those that it consists of, in the order of the definition.
    private static IEnumerable<Predicate> Walk(Predicate? predicate) =>
        predicate is null ? [] : predicate.Operands.SelectMany(Walk).Prepend(predicate);
}
