using Signals.Storage.Versions;

namespace Signals.Storage.Maintenance;

/// <summary>What a checkpoint consists of, taken at one moment. Immutable; the named files are pinned while it is carried out.</summary>
/// <param name="State">The manifest's state, as edits whose sum it is.</param>
/// <param name="Files">Names of the files that are never written to again: of tables and of sealed logs.</param>
/// <param name="FirstLiveLog">The log that the state needs first.</param>
/// <param name="Log">The log that is being written, or 0.</param>
/// <param name="LogEnd">How far it was written.</param>
internal sealed record CheckpointPlan(VersionEdit[] State, string[] Files, ulong FirstLiveLog, ulong Log, long LogEnd);
