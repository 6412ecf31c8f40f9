namespace Signals.Bench.Compare;

/// <summary>Which users are read, in which order, and the right answers for some of them.</summary>
internal sealed record ReadPlan(uint[] Zipf, uint[] Uniform, SequenceModel Model);
