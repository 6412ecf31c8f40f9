using Signals.Checkpoints.Formats;
using Signals.Checkpoints.Transfer;

namespace Signals.Checkpoints;

/// <summary>
/// Sends checkpoints of an open store to shared storage. Each sends only what the target does not have. Any number of uploaders, of
/// any machines, may use one target: <c>CURRENT</c> moves by compare-and-swap, and never to a position that does not cover the
/// one before.
/// </summary>
/// <remarks>
/// Thread contract: one upload at a time; a second one at the same time is refused. Appends and reads of the store go on. If a
/// <see cref="CheckpointEraser"/> comes between, the upload takes its copy of the store anew, so that it does not publish what the store
/// held before. Lifetime: at most that of the store, which it does not own.
/// </remarks>
public sealed class CheckpointUploader
{
    private const int MostSwaps = 4;
    private const string FolderSuffix = ".upload";

    private readonly SignalStore _store;
    private readonly CheckpointTarget _target;
    private readonly CheckpointOptions _options;
    private readonly FileSender _files;
    private readonly YoungParts _young;
    private readonly string _folder;

    /// <summary>Creates an uploader for an open store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="target">Where its checkpoints go.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// A setting is out of range; the message lists all of them. Or <see cref="CheckpointOptions.UploadFolder"/> and the store's folder
    /// overlap.
    /// </exception>
    public CheckpointUploader(SignalStore store, CheckpointTarget target, CheckpointOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(target);
        _store = store;
        _target = target;
        _options = (options ?? new CheckpointOptions()).Validate();
        _files = new FileSender(_options);
        _young = new YoungParts(_options);

        // Beside the folder itself, not beside a link to it, which may be on another disk.
        string storeFolder = StorePaths.Resolve(store.Folder);
        _folder = _options.UploadFolder is { } chosen ? StorePaths.Resolve(chosen) : storeFolder + FolderSuffix;
        if (StorePaths.Overlap(_folder, storeFolder))
        {
            throw new ArgumentException(
                $"UploadFolder is '{_folder}', which is, contains or is within the store's folder '{storeFolder}'. "
                + "It is deleted after each upload; choose a folder beside the store.", nameof(options));
        }
    }

    /// <summary>
    /// Makes a checkpoint of the store as it is now the current one. After any error <c>CURRENT</c> still names a complete
    /// checkpoint: the one before, this one if only the answer was lost, or another owner's.
    /// </summary>
    /// <param name="cancellationToken">Ends the upload. What was sent is used by the next one, or collected.</param>
    /// <exception cref="CheckpointTargetException">The target failed, or the upload took more than half of the grace.</exception>
    /// <exception cref="FileOperationException">The local disk failed, or another upload uses the folder.</exception>
    /// <exception cref="CorruptionException"><c>CURRENT</c>, its manifest or the store's log is damaged.</exception>
    public async Task<UploadResult> UploadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _young.Doubt();
            throw;
        }
    }

    private async Task<UploadResult> RunAsync(CancellationToken cancellationToken)
    {
        Deadline deadline = new(_options, "upload");
        PartSender parts = new(_target, _options, _young);
        CurrentCheckpoint? current = await CurrentCheckpoint.ReadAsync(_target, cancellationToken).ConfigureAwait(false);

        // The position is read before the local checkpoint is made, so the checkpoint holds at least what it states.
        CheckpointPosition position = CheckpointPosition.Of(_store);
        if (current is not null && !position.Covers(current.Manifest.Position))
        {
            return Result(OutcomeBehind(current, position), current, parts, filesRead: 0, deadline);
        }

        using WorkFolder folder = new(_folder);
        await _store.CheckpointAsync(folder.StorePath, cancellationToken).ConfigureAwait(false);
        parts.Begin(current?.Manifest);
        await _young.PrepareAsync(_target, cancellationToken).ConfigureAwait(false);
        int filesRead = 0;
        for (int i = 0; i < MostSwaps; i++)
        {
            parts.Begin(current?.Manifest);
            ManifestFile[] files = await _files.SendAsync(folder.StorePath, parts, cancellationToken).ConfigureAwait(false);
            filesRead += _files.FilesRead;
            if (current is not null && IsSame(current.Manifest, files, position))
            {
                return Result(UploadOutcome.Unchanged, current, parts, filesRead, deadline);
            }

            CheckpointManifest manifest = Describe(files, position, current);
            CurrentCheckpoint? now = await ManifestPublisher.PublishAsync(_target, manifest, current, deadline, cancellationToken)
                .ConfigureAwait(false);
            if (now is not null && now.Manifest.Run == manifest.Run)
            {
                return Result(UploadOutcome.Published, now, parts, filesRead, deadline);
            }

            // The copy may be older than the erasure of the store and hold the users. One that is taken from now on does not, because users
            // are erased in the store first.
            bool isErased = now?.Manifest.Erasure != current?.Manifest.Erasure;
            position = isErased ? CheckpointPosition.Of(_store) : position;
            if (now is not null && !position.Covers(now.Manifest.Position))
            {
                return Result(OutcomeBehind(now, position), now, parts, filesRead, deadline);
            }

            if (isErased)
            {
                folder.Clear();
                await _store.CheckpointAsync(folder.StorePath, cancellationToken).ConfigureAwait(false);
            }

            current = now;
        }

        throw new CheckpointTargetException(
            "swap", $"{_target.Description}/{StoreFileNames.Current}", $"other owners replaced it {MostSwaps} times meanwhile; try again");
    }

    private CheckpointManifest Describe(ManifestFile[] files, CheckpointPosition position, CurrentCheckpoint? current) => new()
    {
        CreatedMs = _options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds(),
        Run = Guid.NewGuid(),
        Previous = current?.Hash,
        Position = position,
        SchemaHash = SchemaHash.Of(_store.Schema),
        Files = files,
        Erasure = current?.Manifest.Erasure,
    };

    private static UploadOutcome OutcomeBehind(CurrentCheckpoint current, CheckpointPosition position) =>
        current.Manifest.Position.Covers(position) ? UploadOutcome.Overtaken : UploadOutcome.Diverged;

    private static bool IsSame(CheckpointManifest current, ManifestFile[] files, CheckpointPosition position) =>
        current.Position.Covers(position) && current.Files.Length == files.Length
        && files.Zip(current.Files).All(pair => pair.First.HasContentOf(pair.Second));

    private static UploadResult Result(
        UploadOutcome outcome, CurrentCheckpoint current, PartSender parts, int filesRead, Deadline deadline) => new()
        {
            Outcome = outcome,
            Checkpoint = current.Manifest.Describe(current.Hash),
            BytesSent = parts.BytesSent,
            PartsSent = parts.PartsSent,
            FilesRead = filesRead,
            Duration = deadline.Elapsed,
        };
}
