namespace Signals.Tests.Cluster.Drills;

/// <summary>What a drill did to the reads of a cluster, and what was there afterwards. Immutable.</summary>
internal sealed record DrillResult
{
    public required Drill Drill { get; init; }

    /// <summary>The longest time in which no node gave an answer for a partition.</summary>
    public required TimeSpan NoAnswer { get; init; }

    /// <summary>The longest time in which a well node gave no answer for a partition.</summary>
    public required TimeSpan NoAnswerOfMachine { get; init; }

    /// <summary>The longest time in which a well node gave no complete answer for a partition.</summary>
    public required TimeSpan Incomplete { get; init; }

    public required TimeSpan Settled { get; init; }

    public required int Answers { get; init; }

    /// <summary>The answers of one node for one partition while it was well, where they were fewest.</summary>
    public required int FewestAnswers { get; init; }

    public required int Late { get; init; }

    public required int OfStandbys { get; init; }

    public required IReadOnlyList<string> Refusals { get; init; }

    /// <summary>Answers that were not true.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    public required int Acknowledged { get; init; }

    public required CheckResult Check { get; init; }

    public static string Header =>
        $"{"drill",-46} {"no answer",9} {"of one",7} {"incompl.",8} {"settled",7} {"answers",7} {"fewest",6} {"late",6} {"standby",7} "
        + $"{"refused",7} {"acked",6} {"lost",4} {"twice",5} {"differ",6} {"untrue",6}";

    public string Row => FormattableString.Invariant(
        $"{Drill.Name,-46} {NoAnswer.TotalSeconds,8:F2}s {NoAnswerOfMachine.TotalSeconds,6:F2}s {Incomplete.TotalSeconds,7:F2}s ")
        + FormattableString.Invariant(
            $"{Settled.TotalSeconds,6:F1}s {Answers,7} {FewestAnswers,6} {Late,6} {OfStandbys,7} {Refusals.Count,7} {Acknowledged,6} ")
        + FormattableString.Invariant($"{Check.Lost.Count,4} {Check.Twice.Count,5} {Check.Different.Count,6} {Faults.Count,6}");

    /// <summary>Everything that must not be, in words; empty when all is well.</summary>
    public IEnumerable<string> Violations()
    {
        DrillBound bound = Drill.Bound;
        foreach (string fault in Faults.Take(5).Concat(Check.All.Take(5)))
        {
            yield return fault;
        }

        if (!bound.MayRefuse && Refusals.Count > 0)
        {
            yield return $"{Refusals.Count} reads failed, such as {string.Join("; ", Refusals.Take(3))}";
        }

        if (NoAnswerOfMachine > bound.MostWithoutAnswer)
        {
            yield return $"a machine gave no answer for {NoAnswerOfMachine}, more than {bound.MostWithoutAnswer}";
        }

        if (Incomplete > bound.MostIncomplete)
        {
            yield return $"a machine gave no complete answer for {Incomplete}, more than {bound.MostIncomplete}";
        }
    }
}
