using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>
/// Takes checkpoints of an open store beside its traffic: what a crash at that moment would leave, made durable in a folder of its own.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Appends, reads, flushes and merges go on; a version edit waits while the plan is made, which reads no
/// file. Everything acknowledged before the call is in the log or in a table by then; the tables hold nothing that the log, read
/// later, does not.
/// </remarks>
internal sealed class Checkpointer(
    IFileSystem files, string directory, VersionCommitter committer, LogStream? log, FilePins pins)
{
    private readonly Lock _gate = new();
    private readonly List<string> _taken = []; // guarded by _gate

    /// <summary>The folders of the checkpoints taken since the store was opened.</summary>
    public string[] Taken
    {
        get
        {
            lock (_gate)
            {
                return [.. _taken];
            }
        }
    }

    public CheckpointInfo Take(string target, CancellationToken cancellationToken)
    {
        (CheckpointPlan plan, IDisposable pinned) = committer.Look(Plan);
        using (pinned)
        {
            CheckpointInfo info = new CheckpointWriter(files, directory, target).Write(plan, cancellationToken);
            lock (_gate)
            {
                _taken.Add(target);
            }

            return info;
        }
    }

    private (CheckpointPlan Plan, IDisposable Pinned) Plan(Manifest manifest)
    {
        ManifestState state = manifest.State;
        (ulong current, long end) = log?.Mark() ?? (0, 0);
        string[] names = [.. state.DataFiles(), .. SealedLogs(state.FirstLiveLog, current)];
        IDisposable pinned = pins.Pin([.. names, StoreFiles.Log(current)]);
        return (new CheckpointPlan([.. state.Snapshot()], names, state.FirstLiveLog, current, end), pinned);
    }

    private IEnumerable<string> SealedLogs(ulong first, ulong current) => files.ListFiles(directory)
        .Where(name => StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log && number >= first && number < current);
}
