using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Upkeep;

/// <summary>
/// Takes checkpoints of an open store beside its traffic. A checkpoint is a durable folder with what a crash at that moment would leave.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Appends, reads, flushes and merges go on; a version edit waits while the plan is made, which reads no
/// file. Everything that was acknowledged before the call is in the log or in a table by then. The end of the log is read after the
/// tables, so the tables hold nothing that is missing in the log. Lifetime: that of the store.
/// </remarks>
internal sealed class OpenStoreCheckpoint(
    StoreFolder folder, VersionCommitter committer, LogStream? log, FilePins pins)
{
    private readonly Lock _lock = new();
    private readonly List<string> _taken = []; // guarded by _lock

    /// <summary>The folders of the checkpoints taken since the store was opened, as far as they exist.</summary>
    public string[] Taken
    {
        get
        {
            lock (_lock)
            {
                return [.. _taken.Where(folder.Files.DirectoryExists)];
            }
        }
    }

    /// <summary>Takes a checkpoint into a folder that does not exist yet.</summary>
    public CheckpointInfo Take(string target, CancellationToken cancellationToken)
    {
        (CheckpointContent content, IDisposable pinned) = committer.ReadBetweenEdits(Plan);
        using (pinned)
        {
            CheckpointInfo info = new CheckpointWriter(folder, target).Write(content, cancellationToken);
            lock (_lock)
            {
                if (!_taken.Contains(target))
                {
                    _taken.Add(target); // a folder that is made again and again is one place
                }
            }

            return info;
        }
    }

    private (CheckpointContent Plan, IDisposable Pinned) Plan(Manifest manifest)
    {
        ManifestState state = manifest.State;
        (ulong current, long end) = log?.Mark() ?? (0, 0);
        string[] names = [.. state.DataFiles(), .. folder.LogsBetween(state.FirstLiveLog, current).Select(StoreFiles.Log)];
        IDisposable pinned = pins.Pin([.. names, StoreFiles.Log(current)]);

        // Each change replaces this file, so the copy is one whole state of it, and needs no pin.
        names = folder.Files.FileExists(folder.Definitions) ? [.. names, StoreFiles.Definitions] : names;
        return (new CheckpointContent([.. state.Snapshot()], names, state.FirstLiveLog, current, end), pinned);
    }
}
