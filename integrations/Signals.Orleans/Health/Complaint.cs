using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Signals.Orleans.Health;

/// <summary>What is wrong with one partition on this machine. Immutable.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Status">How bad it is.</param>
/// <param name="Reason">What it is, as a sentence without its subject.</param>
internal readonly record struct Complaint(int Partition, HealthStatus Status, string Reason);
