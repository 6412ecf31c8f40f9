using Signals.Definitions;

namespace Signals.Core.Serving;

/// <summary>Finds out what a condition depends on. Pure.</summary>
internal static class PredicateColumns
{
    /// <summary>The columns that a condition names. A column may occur more than once.</summary>
    public static IEnumerable<string> ColumnsOf(Predicate? predicate) => predicate switch
    {
        AllPredicate all => all.Predicates.SelectMany(ColumnsOf),
        AnyPredicate any => any.Predicates.SelectMany(ColumnsOf),
        NotPredicate not => ColumnsOf(not.Predicate),
        ComparisonPredicate comparison => [comparison.Column],
        RangePredicate range => [range.Column],
        SetPredicate set => [set.Column],
        StatePredicate state => [state.Column],
        HostPredicate host => [host.Column],
        _ => [],
    };

    /// <summary>The names of the event filters that a condition uses. A name may occur more than once.</summary>
    public static IEnumerable<string> FiltersOf(Predicate? predicate) => predicate switch
    {
        AllPredicate all => all.Predicates.SelectMany(FiltersOf),
        AnyPredicate any => any.Predicates.SelectMany(FiltersOf),
        NotPredicate not => FiltersOf(not.Predicate),
        FilterPredicate filter => [filter.Name],
        _ => [],
    };

    /// <summary>Whether the condition runs code of the host.</summary>
    public static bool HasHostCode(Predicate? predicate) => predicate switch
    {
        AllPredicate all => all.Predicates.Any(HasHostCode),
        AnyPredicate any => any.Predicates.Any(HasHostCode),
        NotPredicate not => HasHostCode(not.Predicate),
        HostPredicate or FilterPredicate => true,
        _ => false,
    };

    /// <summary>The conditions that must all be true for the given one to be true.</summary>
    public static IEnumerable<Predicate> Conjuncts(Predicate? predicate) => predicate switch
    {
        null => [],
        AllPredicate all => all.Predicates.SelectMany(Conjuncts),
        _ => [predicate],
    };
}
