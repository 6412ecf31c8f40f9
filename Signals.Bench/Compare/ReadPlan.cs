namespace Signals.Bench.Compare;

/// <summary>The users to read, in order, and the right answers for some of them.</summary>
internal sealed record ReadPlan(uint[] Zipf, uint[] Uniform, SequenceModel Model);
