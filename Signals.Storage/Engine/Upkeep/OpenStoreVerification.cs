using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Upkeep;

/// <summary>Verifies the files of an open store beside its traffic.</summary>
/// <remarks>
/// Thread contract: any thread. A version edit waits while the manifest is read; nothing else waits. Files that leave the store
/// meanwhile are kept until they have been read. Lifetime: that of the store.
/// </remarks>
internal sealed class OpenStoreVerification(
    StoreFolder folder, StoreSchema schema, VersionCommitter committer, LogStream? log, FilePins pins)
{
    /// <summary>Verifies every file of the current version. What is wrong is in the report.</summary>
    public VerifyReport Run(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        (VerifyScope scope, IDisposable pinned) = committer.ReadBetweenEdits(Plan);
        using (pinned)
        {
            return new StoreVerifier(folder, schema).Verify(scope, progress, cancellationToken);
        }
    }

    private (VerifyScope Plan, IDisposable Pinned) Plan(Manifest manifest)
    {
        ManifestState state = ManifestState.Replay(manifest.State.Snapshot());
        (ulong current, long end) = log?.Mark() ?? (0, 0);
        ulong[] logs = folder.LogsBetween(state.FirstLiveLog, current);
        IDisposable pinned = pins.Pin([.. state.DataFiles(), .. logs.Select(StoreFiles.Log), StoreFiles.Log(current)]);
        return (new VerifyScope(state, StoreFiles.Manifest(manifest.Number), Compare(manifest), logs, current, end), pinned);
    }

    /// <summary>
    /// Compares the manifest on disk with the state in memory; null when they are the same. After a commit that failed the disk may
    /// also hold the edit of that commit, in this manifest or in the next.
    /// </summary>
    private VerifyProblem? Compare(Manifest manifest)
    {
        string path = folder.Manifest(manifest.Number);
        try
        {
            ulong named = CurrentFile.Read(folder).Number;
            if (named != manifest.Number && manifest.Undecided is null)
            {
                return new VerifyProblem(folder.Current, 0, $"it names manifest {named}, the store writes {manifest.Number}.");
            }

            ManifestState stored = Manifest.Read(folder);
            bool same = AreEqual(stored, manifest.State)
                || (manifest.Undecided is { } edit
                    && AreEqual(stored, ManifestState.Replay(manifest.State.Snapshot().Append(edit))));
            return same ? null : new VerifyProblem(path, 0, "its edits add up to another state than the one in memory.");
        }
        catch (CorruptionException damage)
        {
            return new VerifyProblem(damage.File, damage.Offset, damage.Message);
        }
        catch (SignalsException error)
        {
            return new VerifyProblem(path, 0, error.Message);
        }
    }

    private static bool AreEqual(ManifestState one, ManifestState other) => Bytes(one).AsSpan().SequenceEqual(Bytes(other));

    private static byte[] Bytes(ManifestState state) => [.. state.Snapshot().SelectMany(VersionEditFormat.Write)];
}
