namespace Signals.Bench.Compare;

/// <summary>What a process reports that measured some phases of one candidate. Immutable.</summary>
/// <param name="Figures">The figures, by the keys of <see cref="Metric"/>.</param>
/// <param name="Settings">How the candidate was configured.</param>
/// <param name="Wrong">The number of wrong answers.</param>
/// <param name="Missing">Why the candidate is not available on this machine; null when it is.</param>
internal sealed record RoundResult(Dictionary<string, double> Figures, string Settings, int Wrong, string? Missing);
