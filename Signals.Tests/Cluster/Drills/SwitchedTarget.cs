using System.Runtime.CompilerServices;
using Signals.Checkpoints;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// Shared storage that fails as a file says, which the drill writes and every node reads at each call. Threads: any.
/// </summary>
internal sealed class SwitchedTarget(CheckpointTarget inner, string faultFile) : CheckpointTarget
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private int _puts;

    public override string Description => inner.Description;

    /// <summary>Says from now on what is wrong.</summary>
    public static void Set(string faultFile, StorageFault fault)
    {
        string staged = faultFile + ".new";
        File.WriteAllText(staged, fault.ToString());
        File.Move(staged, faultFile, overwrite: true);
    }

    public override async Task<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await MeetAsync("put", changes: true, cancellationToken) == StorageFault.Torn && Interlocked.Increment(ref _puts) % 2 == 0)
        {
            await inner.PutIfAbsentAsync(name, content[..(content.Length / 2)], cancellationToken);
            throw Failed("put", "the connection broke");
        }

        return await inner.PutIfAbsentAsync(name, content, cancellationToken);
    }

    public override async Task<Stream?> TryOpenReadAsync(string name, CancellationToken cancellationToken)
    {
        await MeetAsync("read", changes: false, cancellationToken);
        return await inner.TryOpenReadAsync(name, cancellationToken);
    }

    public override async Task<StoredBlob?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await MeetAsync("find", changes: false, cancellationToken);
        return await inner.FindAsync(name, cancellationToken);
    }

    public override async IAsyncEnumerable<StoredBlob> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await MeetAsync("list", changes: false, cancellationToken);
        await foreach (StoredBlob blob in inner.ListAsync(prefix, cancellationToken))
        {
            yield return blob;
        }
    }

    public override async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        await MeetAsync("delete", changes: true, cancellationToken);
        await inner.DeleteAsync(name, cancellationToken);
    }

    public override async Task<CurrentPointer?> ReadCurrentAsync(CancellationToken cancellationToken)
    {
        await MeetAsync("read CURRENT", changes: false, cancellationToken);
        return await inner.ReadCurrentAsync(cancellationToken);
    }

    public override async Task<bool> TryReplaceCurrentAsync(
        ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken)
    {
        await MeetAsync("replace CURRENT", changes: true, cancellationToken);
        return await inner.TryReplaceCurrentAsync(content, expectedTag, cancellationToken);
    }

    private async Task<StorageFault> MeetAsync(string verb, bool changes, CancellationToken cancellationToken)
    {
        StorageFault fault = File.Exists(faultFile) ? Enum.Parse<StorageFault>(File.ReadAllText(faultFile)) : StorageFault.None;
        if (fault == StorageFault.Slow)
        {
            await Task.Delay(Delay, cancellationToken);
        }

        return fault switch
        {
            StorageFault.Down => throw Failed(verb, "it cannot be reached"),
            StorageFault.ReadOnly when changes => throw Failed(verb, "it may only be read"),
            _ => fault,
        };
    }

    private CheckpointTargetException Failed(string verb, string what) => new(verb, inner.Description, $"{what}, in this drill");
}
