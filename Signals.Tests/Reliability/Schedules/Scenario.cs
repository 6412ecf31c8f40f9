namespace Signals.Tests.Reliability.Schedules;

/// <summary>Threads that work on shared state, and what must hold when all have ended. Made anew for each schedule.</summary>
/// <param name="Threads">Iterators that yield between their steps.</param>
/// <param name="Check">Says what is wrong at the end, or null.</param>
internal sealed record Scenario(IEnumerable<int>[] Threads, Func<string?> Check);
