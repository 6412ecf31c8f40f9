namespace Signals.Checkpoints;

/// <summary>
/// Where the checkpoints of one store lie: blobs that are never changed, and <c>CURRENT</c>, the one name that is replaced. One
/// target belongs to one store, which is one partition; its checkpoints of all machines and times are there together.
/// </summary>
/// <remarks>
/// Thread contract: implementations are called from any thread, by several calls at once. What they must hold:
/// <list type="bullet">
/// <item>A blob appears under its name complete and durable, or not at all, and never changes.</item>
/// <item>Of several calls that put the same name, exactly one stores its content.</item>
/// <item>A call that replaces <c>CURRENT</c> succeeds only if nobody replaced it since the tag was read, and is durable when it
/// returns. What was read after it is that content or a later one.</item>
/// <item>A failure is a <see cref="CheckpointTargetException"/>. It may have had its effect, because an answer can be lost.</item>
/// </list>
/// Names are made of lower-case letters, digits, <c>-</c> and one <c>/</c>.
/// </remarks>
public abstract class CheckpointTarget
{
    /// <summary>What errors call this target, such as its folder or address, without secrets.</summary>
    public abstract string Description { get; }

    /// <summary>Stores a blob under a name that no blob has.</summary>
    /// <param name="name">The name.</param>
    /// <param name="content">At most 64 MiB and some bytes. The caller does not change it until the task is complete.</param>
    /// <param name="cancellationToken">Ends the wait; the blob may be stored nevertheless.</param>
    /// <returns>False when a blob with this name exists, or another call is storing it.</returns>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    public abstract Task<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>Opens a blob for reading from its first byte. The caller disposes the stream, also before its end.</summary>
    /// <returns>Null when there is no such blob.</returns>
    /// <exception cref="CheckpointTargetException">The target failed. Reads of the stream may throw other errors, too.</exception>
    public abstract Task<Stream?> TryOpenReadAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Length and age of a blob; null when there is no such blob.</summary>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    public abstract Task<StoredBlob?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Every blob whose name begins with a prefix, in any order.</summary>
    /// <param name="prefix">Letters and a final <c>/</c>.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    public abstract IAsyncEnumerable<StoredBlob> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Deletes a blob. Nothing happens when there is none.</summary>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    public abstract Task DeleteAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The content of <c>CURRENT</c> with the tag of this content; null when it was never written.</summary>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    public abstract Task<CurrentPointer?> ReadCurrentAsync(CancellationToken cancellationToken = default);

    /// <summary>Replaces <c>CURRENT</c> if it still has a tag.</summary>
    /// <param name="content">The new content, less than 1 KiB.</param>
    /// <param name="expectedTag">The tag that was read; null when there was no <c>CURRENT</c>.</param>
    /// <param name="cancellationToken">Ends the wait; the content may be replaced nevertheless.</param>
    /// <returns>False when it has another tag by now. Then nothing has changed.</returns>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    public abstract Task<bool> TryReplaceCurrentAsync(
        ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken = default);
}
