using Signals.Checkpoints.Formats;
using Signals.Checkpoints.Transfer;
using Signals.Maintenance;

namespace Signals.Checkpoints;

/// <summary>
/// Erases users from the checkpoints in shared storage: fetches the current one, erases in it, makes the result the current one at the
/// same position, and deletes every other blob, at once and without a grace.
/// </summary>
/// <remarks>
/// Thread contract: any thread; one erasure at a time for each scratch folder. Uploads, restorings, collections and erasures, of any
/// machines, may run at the same time. An upload that completes before the swap of <c>CURRENT</c> makes the erasure begin again; what one
/// stores later is listed as left. So stop the schedule of the store while you erase. After an error or a crash <c>CURRENT</c> names a
/// complete checkpoint, the one before or the clean one; erase again to go on. Erase in the store first and compact it, in each one that
/// uploads to the target: its next upload replaces the checkpoint.
/// </remarks>
public sealed class CheckpointEraser
{
    private const int MostTries = 4;
    private const string CleanSuffix = ".clean";

    private readonly CheckpointTarget _target;
    private readonly CheckpointOptions _options;

    /// <summary>Creates an eraser.</summary>
    /// <param name="target">Where the checkpoints lie.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists all of them.</exception>
    public CheckpointEraser(CheckpointTarget target, CheckpointOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
        _options = (options ?? new CheckpointOptions()).Validate();
    }

    /// <summary>
    /// Erases users from every checkpoint of the target: the current one is rewritten, older ones are deleted. A restoring of the current
    /// one that is under way goes on with the clean one; a restoring of an older one fails, because its parts are missing.
    /// </summary>
    /// <param name="scratch">
    /// A path on this machine at which nothing exists, with room for the checkpoint. What lies there is deleted afterwards; after a crash
    /// it holds the users' events until the next erasure with this path. Beside it the same path with <c>.clean</c> behind it is used. A
    /// file <c>.lock</c> beside each stays.
    /// </param>
    /// <param name="users">The users, at least one. One who is in no checkpoint is no error.</param>
    /// <param name="storeOptions">With which the fetched store is opened; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work; the target is as it was, or the clean checkpoint is the current one.</param>
    /// <returns>
    /// What was deleted and stored, and whether anything is left. Whether a user was found says only what the current checkpoint held:
    /// older ones are deleted unread. Without a <c>CURRENT</c> nothing is deleted, and what interrupted uploads left is listed as left.
    /// </returns>
    /// <exception cref="ArgumentException">There is no user.</exception>
    /// <exception cref="CheckpointTargetException">
    /// The target failed, the work took more than half of the grace, or uploads replaced <c>CURRENT</c> again and again.
    /// </exception>
    /// <exception cref="CorruptionException">The current checkpoint is damaged. Nothing was changed.</exception>
    /// <exception cref="FileOperationException">The local disk failed, or another work uses the scratch folder.</exception>
    public async Task<CheckpointErasureCertificate> EraseAsync(
        string scratch, IReadOnlyCollection<UserErasure> users, StoreOptions? storeOptions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(users);
        if (users.Count == 0)
        {
            throw new ArgumentException("It names no user, so there is nothing to erase and nothing to certify.", nameof(users));
        }

        string path = StorePaths.Resolve(scratch);
        for (int i = 0; i < MostTries; i++)
        {
            Deadline deadline = new(_options, "erase");
            CurrentCheckpoint? current = await CurrentCheckpoint.ReadAsync(_target, cancellationToken).ConfigureAwait(false);
            DoomedBlobs before = await DoomedBlobs.ListAsync(_target, cancellationToken).ConfigureAwait(false);
            if (current is null)
            {
                ErasedUser[] nobody = [.. users.Select(user => new ErasedUser(user.User, 0, WasFound: false)).Distinct()];
                return Certify(nobody, id: null, deleted: [], written: [], left: [.. before.Names]);
            }

            using WorkFolder fetched = new(path);
            using WorkFolder clean = new(path + CleanSuffix);
            CheckpointErasureCertificate erased;
            try
            {
                erased = await EraseFetchedAsync(fetched, clean, current, users, storeOptions, cancellationToken).ConfigureAwait(false);
            }
            catch (CorruptionException)
            {
                // Another erasure may have replaced the checkpoint and deleted its parts while they were fetched.
                CurrentCheckpoint? now = await CurrentCheckpoint.ReadAsync(_target, cancellationToken).ConfigureAwait(false);
                if (now?.Hash == current.Hash)
                {
                    throw;
                }

                continue;
            }

            ManifestFile[] files = await SendAsync(clean, current, cancellationToken).ConfigureAwait(false);
            if (await TryPublishAsync(files, current, before, deadline, cancellationToken).ConfigureAwait(false) is var (made, doomed))
            {
                return await CleanAsync(made, before, doomed, erased, cancellationToken).ConfigureAwait(false);
            }
        }

        throw new CheckpointTargetException(
            "erase", $"{_target.Description}/{StoreFileNames.Current}",
            $"others replaced it {MostTries} times meanwhile; stop the schedule of this store while you erase, and erase again");
    }

    private async Task<CheckpointErasureCertificate> EraseFetchedAsync(
        WorkFolder fetched, WorkFolder clean, CurrentCheckpoint current, IReadOnlyCollection<UserErasure> users,
        StoreOptions? storeOptions, CancellationToken cancellationToken)
    {
        try
        {
            await new FolderRestore(_target, current.Manifest, _options).RunAsync(fetched.StorePath, progress: null, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("fetch", fetched.StorePath, e.Message, e);
        }

        CheckpointErasureCertificate erased =
            await SignalStore.EraseFromCheckpointAsync(fetched.StorePath, users, storeOptions, cancellationToken).ConfigureAwait(false);
        if (!erased.IsComplete)
        {
            throw new FileOperationException(
                "erase", fetched.StorePath, $"{string.Join(", ", erased.Left)} may still hold the users, so nothing was published");
        }

        // A copy has only what the store consists of. It is to take the place of a good checkpoint, so every byte of it is checked.
        using ReadOnlyStore store = SignalStore.OpenReadOnly(fetched.StorePath);
        VerifyReport verified = await store.VerifyAsync(progress: null, cancellationToken).ConfigureAwait(false);
        if (verified.Problems.Count > 0)
        {
            VerifyProblem problem = verified.Problems[0];
            throw new CorruptionException(problem.File, problem.Offset, problem.Message);
        }

        await store.CheckpointAsync(clean.StorePath, cancellationToken).ConfigureAwait(false);
        return erased;
    }

    /// <summary>Stores what the current checkpoint does not have, and nothing else: parts that it does not name are about to go.</summary>
    private Task<ManifestFile[]> SendAsync(WorkFolder clean, CurrentCheckpoint current, CancellationToken cancellationToken)
    {
        PartSender parts = new(_target, _options, new YoungParts(_options));
        parts.Begin(current.Manifest);
        return new FileSender(_options).SendAsync(clean.StorePath, parts, cancellationToken);
    }

    /// <summary>
    /// Makes the clean checkpoint the current one. A collection that only wrote <c>CURRENT</c> anew costs no more than another list and
    /// another swap.
    /// </summary>
    /// <returns>
    /// The clean checkpoint, with the blobs that were there before its swap; null when another checkpoint is the current one.
    /// </returns>
    private async Task<(CurrentCheckpoint Published, DoomedBlobs Doomed)?> TryPublishAsync(
        ManifestFile[] files, CurrentCheckpoint current, DoomedBlobs listed, Deadline deadline, CancellationToken cancellationToken)
    {
        CurrentCheckpoint last = current;
        DoomedBlobs doomed = listed;
        for (int i = 0; i < MostTries; i++)
        {
            DateTimeOffset time = _options.TimeProvider.GetUtcNow();
            CheckpointManifest manifest = current.Manifest with
            {
                CreatedMs = time.ToUnixTimeMilliseconds(),
                Run = Guid.NewGuid(),
                Previous = null, // the older ones are deleted
                Files = files,
                Erasure = new ErasureMark(Guid.NewGuid(), doomed.NewestOr(time).ToUnixTimeMilliseconds()),
            };
            CurrentCheckpoint? now = await ManifestPublisher.PublishAsync(_target, manifest, last, deadline, cancellationToken)
                .ConfigureAwait(false);
            if (now?.Manifest.Run == manifest.Run)
            {
                return (now, doomed);
            }

            if (now?.Hash != current.Hash)
            {
                return null;
            }

            last = now;
            doomed = await DoomedBlobs.ListAsync(_target, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Deletes what the clean checkpoint does not name.</summary>
    private async Task<CheckpointErasureCertificate> CleanAsync(
        CurrentCheckpoint clean, DoomedBlobs before, DoomedBlobs doomed, CheckpointErasureCertificate erased,
        CancellationToken cancellationToken)
    {
        HashSet<string> kept = [BlobNames.Manifest(clean.Hash), .. clean.Manifest.PartNames];
        IReadOnlyList<CheckpointFile> deleted = await doomed.DeleteAsync(kept, _options, cancellationToken).ConfigureAwait(false);
        HashSet<string> old = [.. before.Names];
        DoomedBlobs after = await DoomedBlobs.ListAsync(_target, cancellationToken).ConfigureAwait(false);
        CurrentCheckpoint? last = await CurrentCheckpoint.ReadAsync(_target, cancellationToken).ConfigureAwait(false);
        IEnumerable<string> named = last is null ? [] : last.Manifest.PartNames.Append(BlobNames.Manifest(last.Hash));

        // Only the clean checkpoint was looked into. What uploads stored meanwhile may hold the users, also if CURRENT names it by now.
        // What is not ours, or came back, is not gone.
        return Certify(
            erased.Users,
            clean.Hash.ToString(),
            deleted,
            [.. after.Blobs.Where(blob => kept.Contains(blob.Name) && !old.Contains(blob.Name)).Select(DoomedBlobs.Describe)],
            [.. after.Names.Union(named).Where(name => !kept.Contains(name)).Order(StringComparer.Ordinal)]);
    }

    private CheckpointErasureCertificate Certify(
        IReadOnlyList<ErasedUser> users, string? id, IReadOnlyList<CheckpointFile> deleted, IReadOnlyList<CheckpointFile> written,
        IReadOnlyList<string> left) => new()
        {
            Checkpoint = _target.Description,
            CheckpointId = id,
            ErasedAt = _options.TimeProvider.GetUtcNow(),
            Users = users,
            Deleted = deleted,
            Written = written,
            Left = left,
        };
}
