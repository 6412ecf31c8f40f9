using Signals.Checkpoints;

namespace Signals.Tests.Checkpoints;

/// <summary>A target whose blobs of parts break off while they are read, as with a client whose time is over. Threads: any.</summary>
internal sealed class BrokenStreams(CheckpointTarget inner) : CheckpointTarget
{
    public override string Description => inner.Description;

    public override Task<bool> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.PutIfAbsentAsync(name, content, cancellationToken);

    public override async Task<Stream?> TryOpenReadAsync(string name, CancellationToken cancellationToken) =>
        await inner.TryOpenReadAsync(name, cancellationToken) is not { } stream ? null
            : name[0] == 'p' ? new Broken() : stream;

    public override Task<StoredBlob?> FindAsync(string name, CancellationToken cancellationToken) =>
        inner.FindAsync(name, cancellationToken);

    public override IAsyncEnumerable<StoredBlob> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public override Task DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

    public override Task<CurrentPointer?> ReadCurrentAsync(CancellationToken cancellationToken) =>
        inner.ReadCurrentAsync(cancellationToken);

    public override Task<bool> TryReplaceCurrentAsync(
        ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken) =>
        inner.TryReplaceCurrentAsync(content, expectedTag, cancellationToken);

    private sealed class Broken : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new TaskCanceledException("the client's own time is over");
    }
}
