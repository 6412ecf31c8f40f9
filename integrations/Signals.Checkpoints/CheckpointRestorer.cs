using Signals.Checkpoints.Formats;
using Signals.Checkpoints.Transfer;

namespace Signals.Checkpoints;

/// <summary>
/// Lists the checkpoints in shared storage and restores them. A restored folder is a store; open it with
/// <see cref="SignalStore.Open"/>. It appears under its name in one step, when all of it is checked and durable.
/// </summary>
/// <remarks>Thread contract: any thread. One restoring at a time for each folder; a second one is refused.</remarks>
public sealed class CheckpointRestorer
{
    private const string RestoringSuffix = ".restoring";
    private const int MostFetches = 4;

    private readonly CheckpointTarget _target;
    private readonly CheckpointOptions _options;

    /// <summary>Creates a restorer.</summary>
    /// <param name="target">Where the checkpoints lie.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists all of them.</exception>
    public CheckpointRestorer(CheckpointTarget target, CheckpointOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
        _options = (options ?? new CheckpointOptions()).Validate();
    }

    /// <summary>The checkpoint that <c>CURRENT</c> names; null when there is none.</summary>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    /// <exception cref="CorruptionException"><c>CURRENT</c> or its manifest is damaged.</exception>
    public async Task<StoredCheckpoint?> FindCurrentAsync(CancellationToken cancellationToken = default)
    {
        CurrentCheckpoint? current = await CurrentCheckpoint.ReadAsync(_target, cancellationToken).ConfigureAwait(false);
        return current?.Manifest.Describe(current.Hash);
    }

    /// <summary>
    /// The checkpoints that are kept, newest first. The oldest ones may be collected at any moment (<see cref="CheckpointOptions"/>).
    /// </summary>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    /// <exception cref="CorruptionException"><c>CURRENT</c> or a manifest is damaged.</exception>
    public async Task<IReadOnlyList<StoredCheckpoint>> ListAsync(CancellationToken cancellationToken = default)
    {
        List<StoredCheckpoint> checkpoints = [];
        await foreach ((ContentHash hash, CheckpointManifest manifest) in
            CheckpointChain.ReadAsync(_target, cancellationToken).ConfigureAwait(false))
        {
            checkpoints.Add(manifest.Describe(hash));
        }

        return checkpoints;
    }

    /// <summary>Restores a checkpoint to a new folder.</summary>
    /// <param name="folder">A path at which nothing exists. Missing parent folders are created.</param>
    /// <param name="id">The <see cref="StoredCheckpoint.Id"/> of the checkpoint; null for the current one.</param>
    /// <param name="progress">Is called after each part, on a thread of the pool, one call at a time.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left.</param>
    /// <exception cref="ArgumentException">The id is not one, or no such checkpoint is there.</exception>
    /// <exception cref="InvalidOperationException">There is no checkpoint.</exception>
    /// <exception cref="CorruptionException">A blob is missing or damaged; the error names it and the file. Nothing is left.</exception>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    /// <exception cref="FileOperationException">The folder exists, or the disk refused a write.</exception>
    public async Task<StoredCheckpoint> RestoreAsync(
        string folder, string? id = null, IProgress<RestoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        string path = StorePaths.Resolve(folder);
        StoreReplacement.RequireNothingAt(path);
        CurrentCheckpoint chosen = await FindAsync(id, cancellationToken).ConfigureAwait(false);
        using WorkFolder work = new(path + RestoringSuffix);
        if (work.HasReplaced)
        {
            throw new FileOperationException(
                "restore", path, $"the store that was here is in '{work.ReplacedPath}', because {nameof(RestoreIfNewerAsync)} was "
                + "interrupted; call that again first");
        }

        if (id is null)
        {
            chosen = await FetchCurrentAsync(work, chosen, progress, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await FetchAsync(work, chosen.Manifest, progress, cancellationToken).ConfigureAwait(false);
        }

        StoreReplacement.RequireNothingAt(path);
        StoreReplacement.Move(work.StorePath, path);
        return chosen.Manifest.Describe(chosen.Hash);
    }

    /// <summary>
    /// Prepares a folder for opening a store here: it stays if its store is at least as far as the current checkpoint, or if
    /// <paramref name="keepLocal"/> says so, else the checkpoint takes its place. Then open the folder, and let each source go on from
    /// its resume position.
    /// </summary>
    /// <remarks>
    /// To learn the position of the local store, the store is opened and closed, which recovers it, and again before it is replaced. It is
    /// deleted when the checkpoint is in its place and covers its position. Of those that are replaced, a damaged one and one that is ahead
    /// in another source are set aside. A link is followed: what it leads to is replaced.
    /// </remarks>
    /// <param name="folder">The folder of the local store, closed. It need not exist.</param>
    /// <param name="storeOptions">With which the local store is opened; null for the defaults.</param>
    /// <param name="progress">Is called after each part, on a thread of the pool, one call at a time.</param>
    /// <param name="keepLocal">
    /// Is asked, at most once, before a local store that does not cover the checkpoint is replaced. It is not asked about one whose events
    /// are damaged, but about one of which only the stored definitions are. Null replaces the store. Its errors end the call; the local
    /// folder is then as it was.
    /// </param>
    /// <param name="cancellationToken">Ends the work. The local folder is then as it was.</param>
    /// <exception cref="ForeignFolderException">The folder holds something else than a store.</exception>
    /// <exception cref="StoreLockedException">A process has the local store open.</exception>
    /// <exception cref="CorruptionException">The checkpoint is damaged. The local folder is as it was.</exception>
    /// <exception cref="CheckpointTargetException">The target failed. The local folder is as it was; you may open it.</exception>
    /// <exception cref="FileOperationException">The disk refused a write, or the folder is a mount point.</exception>
    public async Task<ActivationResult> RestoreIfNewerAsync(
        string folder, StoreOptions? storeOptions = null, IProgress<RestoreProgress>? progress = null, KeepLocal? keepLocal = null,
        CancellationToken cancellationToken = default)
    {
        string path = StorePaths.Resolve(folder);
        string workFolder = path + RestoringSuffix;
        StoreReplacement replacement = new(path, storeOptions, _options.TimeProvider);
        string? setAside = replacement.FinishInterrupted(workFolder);
        CurrentCheckpoint? current = await CurrentCheckpoint.ReadAsync(_target, cancellationToken).ConfigureAwait(false);
        LocalStore local = LocalStore.Read(path, storeOptions);
        if (current is null && local.Damage is not null)
        {
            throw local.Damage;
        }

        bool isReplaced = false;
        if (current is not null && !await StaysAsync(local, current.Manifest.Position, keepLocal, cancellationToken).ConfigureAwait(false))
        {
            StorePaths.RequireMovable(path);
            using WorkFolder work = new(workFolder);
            current = await FetchCurrentAsync(work, current, progress, cancellationToken).ConfigureAwait(false);
            (local, isReplaced, string? aside) = replacement.Replace(work, current.Manifest.Position);
            setAside = aside ?? setAside;
        }

        return new ActivationResult
        {
            Outcome = isReplaced ? ActivationOutcome.Restored
                : local.Position is null ? ActivationOutcome.Nothing : ActivationOutcome.LocalKept,
            Checkpoint = current?.Manifest.Describe(current.Hash),
            LocalPosition = local.Position,
            LocalDamage = local.Damage,
            SetAside = setAside,
        };
    }

    private static async ValueTask<bool> StaysAsync(
        LocalStore local, CheckpointPosition checkpoint, KeepLocal? keepLocal, CancellationToken cancellationToken) =>
        local.Position is { } position && (position.Covers(checkpoint)
            || (keepLocal is not null && await keepLocal(position, checkpoint, cancellationToken).ConfigureAwait(false)));

    /// <summary>
    /// Fetches the current checkpoint. An erasure may delete it meanwhile, at once; then the checkpoint that took its place is fetched.
    /// </summary>
    /// <returns>The checkpoint that was fetched.</returns>
    private async Task<CurrentCheckpoint> FetchCurrentAsync(
        WorkFolder work, CurrentCheckpoint current, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        for (int i = 1; ; i++)
        {
            try
            {
                await FetchAsync(work, current.Manifest, progress, cancellationToken).ConfigureAwait(false);
                return current;
            }
            catch (CorruptionException) when (i < MostFetches)
            {
                CurrentCheckpoint? now = await CurrentCheckpoint.ReadAsync(_target, cancellationToken).ConfigureAwait(false);
                if (now is null || now.Hash == current.Hash)
                {
                    throw;
                }

                work.Clear();
                current = now;
            }
        }
    }

    private async Task FetchAsync(
        WorkFolder work, CheckpointManifest manifest, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            await new FolderRestore(_target, manifest, _options).RunAsync(work.StorePath, progress, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("restore", work.StorePath, e.Message, e);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<CurrentCheckpoint> FindAsync(string? id, CancellationToken cancellationToken)
    {
        if (id is null)
        {
            return await CurrentCheckpoint.ReadAsync(_target, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"There is no checkpoint in '{_target.Description}'.");
        }

        if (!ContentHash.TryParse(id, out ContentHash hash))
        {
            throw new ArgumentException($"'{id}' is not the id of a checkpoint, which is 64 hex digits.", nameof(id));
        }

        return await BlobReader.TryReadManifestAsync(_target, hash, cancellationToken).ConfigureAwait(false) is { } manifest
            ? new CurrentCheckpoint("", hash, manifest)
            : throw new ArgumentException($"There is no checkpoint {id} in '{_target.Description}'; list those that are.", nameof(id));
    }
}
