using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// The parts in the target that a new checkpoint may name although no checkpoint names them yet: interrupted uploads stored them, of this
/// process or of others, and they are far from their collection. Thread contract: any thread, except
/// <see cref="PrepareAsync"/> and <see cref="Doubt"/>. Lifetime: that of the uploader.
/// </summary>
/// <remarks>
/// The parts of the target are listed once, and again after an upload that failed, because an answer may have been lost. In between it
/// is enough to remember what was stored here. An erasure deletes parts that no checkpoint names at once, so of those that may have been
/// stored before it none counts.
/// </remarks>
internal sealed class YoungParts(CheckpointOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(ContentHash Hash, long Length), (PartRef Part, DateTimeOffset StoredAt)> _parts = []; // guarded by _lock
    private ErasureMark? _erasure;
    private bool _isListed;

    /// <summary>Forgets what is no longer young, and lists the target if that is due.</summary>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    public async Task PrepareAsync(CheckpointTarget target, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var old in _parts.Where(part => !IsYoung(part.Value.StoredAt)).Select(part => part.Key).ToArray())
            {
                _parts.Remove(old);
            }
        }

        if (_isListed)
        {
            return;
        }

        await foreach (StoredBlob blob in target.ListAsync(BlobNames.Parts, cancellationToken).ConfigureAwait(false))
        {
            long length = blob.Length - CheckpointFormat.HeaderBytes;
            if (IsYoung(blob.StoredAt) && IsAfterErasure(blob.StoredAt) && length is > 0 and <= CheckpointFormat.MaxPartBytes
                && BlobNames.TryParsePart(blob.Name, out ContentHash hash, out uint copy))
            {
                Add(new PartRef(hash, (int)length, copy), blob.StoredAt);
            }
        }

        _isListed = true;
    }

    /// <summary>
    /// Tells which erasure <c>CURRENT</c> states. Returns true when it is another one than before: then nothing is known any more.
    /// </summary>
    public bool IsNew(ErasureMark? erasure)
    {
        lock (_lock)
        {
            if (_erasure == erasure)
            {
                return false;
            }

            _erasure = erasure;
            _parts.Clear();
            _isListed = false;
            return true;
        }
    }

    /// <summary>The next upload lists the target again.</summary>
    public void Doubt() => _isListed = false;

    public void Add(PartRef part, DateTimeOffset storedAt)
    {
        lock (_lock)
        {
            _parts[(part.Hash, part.Length)] = (part, storedAt);
        }
    }

    /// <summary>A stored part with this content. One of another length is not this content, whatever its name says.</summary>
    public PartRef? TryFind(ContentHash hash, int length)
    {
        lock (_lock)
        {
            return _parts.TryGetValue((hash, length), out var found) && IsYoung(found.StoredAt) ? found.Part : null;
        }
    }

    // The erasure's time is not before that of any blob that it may delete, by the clock of the target. The quarter of the grace is for a
    // target whose own clocks differ.
    private bool IsAfterErasure(DateTimeOffset storedAt) =>
        _erasure is not { } erasure || storedAt - DateTimeOffset.FromUnixTimeMilliseconds(erasure.AtMs) > options.Grace / 4;

    // A time in the far future is none: a target gives it to a blob whose time it does not know.
    private bool IsYoung(DateTimeOffset storedAt) => (options.TimeProvider.GetUtcNow() - storedAt).Duration() < options.Grace / 4;
}
