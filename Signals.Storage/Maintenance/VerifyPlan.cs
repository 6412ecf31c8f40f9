using Signals.Storage.Versions;

namespace Signals.Storage.Maintenance;

/// <summary>What a verification looks at, taken at one moment. Immutable; the named files are pinned while it is carried out.</summary>
/// <param name="State">What the store holds in memory to be its content.</param>
/// <param name="Manifest">The name of the live manifest.</param>
/// <param name="ManifestProblem">What is wrong with it or with CURRENT, or null; looked at while no edit could be written.</param>
/// <param name="Logs">Numbers of the sealed logs that are needed, in order.</param>
/// <param name="Log">The log that is being written, or 0.</param>
/// <param name="LogEnd">How far it was written.</param>
internal sealed record VerifyPlan(ManifestState State, string Manifest, VerifyProblem? ManifestProblem, ulong[] Logs, ulong Log, long LogEnd);
