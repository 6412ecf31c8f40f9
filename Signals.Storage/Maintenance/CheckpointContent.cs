using Signals.Storage.Versions;

namespace Signals.Storage.Maintenance;

/// <summary>
/// The content of a checkpoint, taken at one moment. Immutable; the named files are pinned while it is carried out.
/// </summary>
/// <param name="State">The state of the manifest, as edits that add up to it.</param>
/// <param name="Files">Names of the files that are never written again: tables and sealed logs.</param>
/// <param name="FirstLiveLog">The first log that the state needs.</param>
/// <param name="Log">The log that is being written, or 0.</param>
/// <param name="LogEnd">The length of that log at the moment of the plan, in bytes.</param>
internal sealed record CheckpointContent(VersionEdit[] State, string[] Files, ulong FirstLiveLog, ulong Log, long LogEnd);
