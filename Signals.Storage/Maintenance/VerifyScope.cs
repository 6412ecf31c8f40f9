using Signals.Maintenance;
using Signals.Storage.Versions;

namespace Signals.Storage.Maintenance;

/// <summary>
/// What a verification reads, taken at one moment. Immutable; the named files are pinned while it is carried out.
/// </summary>
/// <param name="State">The content of the store as it is known in memory.</param>
/// <param name="Manifest">The name of the live manifest.</param>
/// <param name="ManifestProblem">
/// What is wrong with the manifest or with CURRENT, or null. It was checked while no edit could be written.
/// </param>
/// <param name="Logs">Numbers of the sealed logs that are needed, in order.</param>
/// <param name="Log">The log that is being written, or 0.</param>
/// <param name="LogEnd">The length of that log at the moment of the plan, in bytes.</param>
internal sealed record VerifyScope(
    ManifestState State, string Manifest, VerifyProblem? ManifestProblem, ulong[] Logs, ulong Log, long LogEnd);
