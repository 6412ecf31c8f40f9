using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>The users to read, in order, and the right answers for some of them. Immutable.</summary>
/// <param name="Zipf">Users drawn as those of the events are; empty when no user is more popular than another.</param>
/// <param name="Uniform">Users drawn with equal probability.</param>
/// <param name="Model">The right answers.</param>
internal sealed record ReadPlan(ulong[] Zipf, ulong[] Uniform, SequenceModel Model)
{
    private const int CheckedUsersOfEachKind = 150;
    private const int CheckedTopUsers = 5;

    public static ReadPlan Make(EventLogGenerator generator, EventLog log, int reads)
    {
        List<ulong> users = [.. generator.Top(CheckedTopUsers)];
        users.AddRange(generator.PopularUsers(CheckedUsersOfEachKind, seed: 11));
        users.AddRange(generator.UniformUsers(CheckedUsersOfEachKind, seed: 12));
        return new ReadPlan(
            log.Options.Kind == WorkloadKind.Churn ? [] : generator.PopularUsers(reads, seed: 13),
            generator.UniformUsers(reads, seed: 14),
            new SequenceModel(log, users.Distinct()));
    }
}
