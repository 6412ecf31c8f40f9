using Signals.Checkpoints;
using Signals.Maintenance;

namespace Signals.Tool.Stores;

/// <summary>A checkpoint that the user names: a plain folder, or a folder of shared storage with all its checkpoints.</summary>
/// <remarks>Thread contract: one thread; immutable.</remarks>
internal sealed class CheckpointPlace
{
    private readonly string _path;
    private readonly string _scratch;
    private readonly bool _isShared;

    private CheckpointPlace(string path, string scratch, bool isShared) => (_path, _scratch, _isShared) = (path, scratch, isShared);

    /// <param name="path">What the user names.</param>
    /// <param name="store">The folder of the store that it is a checkpoint of.</param>
    /// <exception cref="DirectoryNotFoundException">There is no checkpoint.</exception>
    /// <exception cref="UsageException">It is the store itself.</exception>
    public static CheckpointPlace Find(string path, string store)
    {
        bool isShared = Directory.Exists(Path.Combine(path, "manifests")) && Directory.Exists(Path.Combine(path, "current"));
        if (!isShared && !File.Exists(Path.Combine(path, "CURRENT")))
        {
            throw new DirectoryNotFoundException(
                $"'{path}' holds no checkpoint: neither the file CURRENT of a plain one, nor the folders current and manifests of shared "
                + "storage.");
        }

        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(store));
        return Target(path) == Target(store)
            ? throw new UsageException($"--checkpoint names the store itself, '{folder}'. Nothing was erased.")
            : new CheckpointPlace(path, folder + ".erasing", isShared);
    }

    /// <summary>Finds out before the erasure whether the checkpoint can be read, and whether this process may change it.</summary>
    /// <exception cref="StoreLockedException">A process has it open.</exception>
    /// <exception cref="CorruptionException">It is damaged.</exception>
    /// <exception cref="IOException">It, or the place where its files are fetched to, cannot be written.</exception>
    public async Task RequireUsableAsync(CancellationToken cancellationToken)
    {
        Probe(_path);
        if (!_isShared)
        {
            _ = SignalStore.ReadSchema(_path);
            StoreCopy.RequireUnused(_path);
            return;
        }

        Probe(Path.GetDirectoryName(_scratch)!);
        RequireScratch();
        _ = await new CheckpointRestorer(new FolderTarget(_path)).FindCurrentAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Erases a user from it.</summary>
    /// <param name="erasure">The user, and up to which time.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<CheckpointErasureCertificate> EraseAsync(UserErasure erasure, CancellationToken cancellationToken) =>
        _isShared
            ? new CheckpointEraser(new FolderTarget(_path)).EraseAsync(_scratch, [erasure], storeOptions: null, cancellationToken)
            : SignalStore.EraseFromCheckpointAsync(_path, [erasure], options: null, cancellationToken);

    /// <summary>What it is and where, for messages.</summary>
    public override string ToString() => _isShared ? $"the shared storage '{_path}'" : $"the folder '{_path}'";

    /// <summary>Where a path leads to, also through a link.</summary>
    private static string Target(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Path.TrimEndingDirectorySeparator(new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full);
    }

    /// <summary>Makes a file in a folder, which is gone when it is closed.</summary>
    private static void Probe(string folder)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.DeleteOnClose,
        };
        try
        {
            new FileStream(Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"), options).Dispose();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{folder}' cannot be written: {refused.Message} Nothing was erased.", refused);
        }
    }

    /// <summary>What an interrupted erasure left there is cleared by the next one. Anything else is not ours.</summary>
    private void RequireScratch()
    {
        foreach (string folder in new[] { _scratch, _scratch + ".clean" })
        {
            bool isFree = !Path.Exists(folder)
                || (Directory.Exists(folder)
                    && (!Directory.EnumerateFileSystemEntries(folder).Any() || File.Exists(Path.Combine(folder, "SIGNALS-WORK"))));
            if (!isFree)
            {
                throw new IOException(
                    $"'{folder}', where the checkpoint's files are fetched to, holds something else; move it away. Nothing was erased.");
            }
        }
    }
}
