using Signals.Checkpoints;
using Signals.Maintenance;

namespace Signals.Tool.Stores;

/// <summary>A checkpoint that the user names: a plain folder, or a folder of shared storage with all its checkpoints.</summary>
/// <remarks>Thread contract: one thread; immutable.</remarks>
internal sealed class CheckpointPlace
{
    private readonly string _path;
    private readonly bool _isShared;

    private CheckpointPlace(string path, bool isShared) => (_path, _isShared) = (path, isShared);

    /// <exception cref="DirectoryNotFoundException">There is no checkpoint.</exception>
    public static CheckpointPlace Find(string path)
    {
        bool isShared = Directory.Exists(Path.Combine(path, "manifests")) && Directory.Exists(Path.Combine(path, "current"));
        return isShared || File.Exists(Path.Combine(path, "CURRENT"))
            ? new CheckpointPlace(path, isShared)
            : throw new DirectoryNotFoundException(
                $"'{path}' holds no checkpoint: neither the file CURRENT of a plain one, nor the folders current and manifests of shared "
                + "storage.");
    }

    /// <summary>Erases a user from it.</summary>
    /// <param name="erasure">The user, and up to which time.</param>
    /// <param name="scratch">Where checkpoints of shared storage are fetched to.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<CheckpointErasureCertificate> EraseAsync(UserErasure erasure, string scratch, CancellationToken cancellationToken) =>
        _isShared
            ? new CheckpointEraser(new FolderTarget(_path)).EraseAsync(scratch, [erasure], storeOptions: null, cancellationToken)
            : SignalStore.EraseFromCheckpointAsync(_path, [erasure], options: null, cancellationToken);
}
