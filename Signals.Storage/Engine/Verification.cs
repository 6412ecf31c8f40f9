using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Verifies the files of an open store beside its traffic.</summary>
/// <remarks>
/// Thread contract: any thread. A version edit waits while the manifest is read; nothing else waits. Files that leave the store
/// meanwhile are kept until they have been read.
/// </remarks>
internal sealed class Verification(
    IFileSystem files, string directory, StoreSchema schema, VersionCommitter committer, LogStream? log, FilePins pins)
{
    public VerifyReport Run(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        (VerifyPlan plan, IDisposable pinned) = committer.Look(Plan);
        using (pinned)
        {
            return new StoreVerifier(files, directory, schema).Verify(plan, progress, cancellationToken);
        }
    }

    private (VerifyPlan Plan, IDisposable Pinned) Plan(Manifest manifest)
    {
        ManifestState state = ManifestState.Of(manifest.State.Snapshot());
        (ulong current, long end) = log?.Mark() ?? (0, 0);
        ulong[] logs = [.. SealedLogs(state.FirstLiveLog, current)];
        IDisposable pinned = pins.Pin([.. state.DataFiles(), .. logs.Select(StoreFiles.Log), StoreFiles.Log(current)]);
        return (new VerifyPlan(state, StoreFiles.Manifest(manifest.Number), Compare(manifest), logs, current, end), pinned);
    }

    /// <summary>Whether the disk says of the store what memory does.</summary>
    private VerifyProblem? Compare(Manifest manifest)
    {
        string path = Path.Combine(directory, StoreFiles.Manifest(manifest.Number));
        try
        {
            ulong named = CurrentFile.Read(files, directory).Number;
            if (named != manifest.Number)
            {
                return new VerifyProblem(Path.Combine(directory, StoreFiles.Current), 0, $"it names manifest {named}, the store writes {manifest.Number}.");
            }

            ManifestState stored = Manifest.Read(files, directory);
            bool same = Bytes(stored).AsSpan().SequenceEqual(Bytes(manifest.State));
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

    private static byte[] Bytes(ManifestState state) => [.. state.Snapshot().SelectMany(VersionEditFormat.Write)];

    private IEnumerable<ulong> SealedLogs(ulong first, ulong current)
    {
        List<ulong> logs = [];
        foreach (string name in files.ListFiles(directory))
        {
            if (StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log && number >= first && number < current)
            {
                logs.Add(number);
            }
        }

        return logs.Order();
    }
}
