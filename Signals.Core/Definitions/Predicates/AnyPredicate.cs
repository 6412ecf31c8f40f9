namespace Signals.Core.Definitions.Predicates;

/// <summary>True where at least one of the conditions is true.</summary>
internal sealed record AnyPredicate : ListPredicate
{
    internal static readonly PredicateForm Form =
        new("any", static (reader, _, list) => new AnyPredicate { Predicates = reader.List(list) });

    private protected override string Key => "any";
}
