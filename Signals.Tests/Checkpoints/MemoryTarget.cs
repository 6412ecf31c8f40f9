using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Signals.Checkpoints;

namespace Signals.Tests.Checkpoints;

/// <summary>A target in memory that holds its contract exactly, by the clock of the test. Threads: any.</summary>
internal sealed class MemoryTarget(TimeProvider time) : CheckpointTarget
{
    private readonly Lock _lock = new();
    private (byte[] Content, long Version)? _current; // guarded by _lock

    public ConcurrentDictionary<string, (byte[] Content, DateTimeOffset StoredAt)> Blobs { get; } = new();

    public override string Description { get; } = $"memory-{Guid.NewGuid():N}";

    /// <summary>CURRENT as it is, for tests that damage it.</summary>
    public byte[]? Current
    {
        get
        {
            lock (_lock)
            {
                return _current?.Content;
            }
        }

        set
        {
            lock (_lock)
            {
                _current = value is null ? null : (value, (_current?.Version ?? 0) + 1);
            }
        }
    }

    /// <summary>Another target with the same content.</summary>
    public MemoryTarget Copy()
    {
        MemoryTarget copy = new(time);
        foreach ((string name, (byte[] Content, DateTimeOffset StoredAt) blob) in Blobs)
        {
            copy.Blobs[name] = blob;
        }

        lock (_lock)
        {
            copy._current = _current;
        }

        return copy;
    }

    public override Task<bool> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Task.FromResult(Blobs.TryAdd(name, (content.ToArray(), time.GetUtcNow())));

    public override Task<Stream?> TryOpenReadAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(Blobs.TryGetValue(name, out var blob) ? new MemoryStream(blob.Content, writable: false) : null);

    public override Task<StoredBlob?> FindAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(Blobs.TryGetValue(name, out var blob) ? new StoredBlob(name, blob.Content.Length, blob.StoredAt) : null);

    public override async IAsyncEnumerable<StoredBlob> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach ((string name, (byte[] content, DateTimeOffset storedAt)) in Blobs.ToArray())
        {
            await Task.CompletedTask;
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return new StoredBlob(name, content.Length, storedAt);
            }
        }
    }

    public override Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Blobs.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    public override Task<CurrentPointer?> ReadCurrentAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_current is { } current ? new CurrentPointer(current.Content, Tag(current.Version)) : null);
        }
    }

    public override Task<bool> TryReplaceCurrentAsync(
        ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if ((_current is { } current ? Tag(current.Version) : null) != expectedTag)
            {
                return Task.FromResult(false);
            }

            _current = (content.ToArray(), (_current?.Version ?? 0) + 1);
            return Task.FromResult(true);
        }
    }

    private static string Tag(long version) => version.ToString(CultureInfo.InvariantCulture);
}
