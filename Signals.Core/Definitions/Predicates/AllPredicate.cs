namespace Signals.Core.Definitions.Predicates;

/// <summary>True where all of the conditions are true.</summary>
internal sealed record AllPredicate : ListPredicate
{
    internal static readonly PredicateForm Form =
        new("all", static (reader, _, list) => new AllPredicate { Predicates = reader.List(list) });

    private protected override string Key => "all";
}
