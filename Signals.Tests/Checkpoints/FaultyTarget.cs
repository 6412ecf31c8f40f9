using System.Runtime.CompilerServices;
using Signals.Checkpoints;

namespace Signals.Tests.Checkpoints;

/// <summary>
/// A target whose calls are counted and may fail from one on, or do something else first. Threads: any; with a hook, one at a time.
/// </summary>
internal sealed class FaultyTarget(CheckpointTarget inner) : CheckpointTarget
{
    private int _calls;

    /// <summary>The number of the first call that fails; calls count from 0.</summary>
    public int FailFrom { get; set; } = int.MaxValue;

    /// <summary>How many calls fail, from <see cref="FailFrom"/> on.</summary>
    public int Failures { get; set; } = int.MaxValue;

    public FaultKind Kind { get; set; }

    /// <summary>Is called with the number of each call, before it.</summary>
    public Func<int, Task>? OnCall { get; set; }

    public int Calls => _calls;

    public override string Description => inner.Description;

    public override Task<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => CallAsync(
        () => inner.PutIfAbsentAsync(name, content, cancellationToken),
        () => inner.PutIfAbsentAsync(name, content[..(content.Length / 2)], cancellationToken));

    public override Task<Stream?> TryOpenReadAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(() => inner.TryOpenReadAsync(name, cancellationToken));

    public override Task<StoredBlob?> FindAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(() => inner.FindAsync(name, cancellationToken));

    public override async IAsyncEnumerable<StoredBlob> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await CallAsync(() => Task.FromResult(true));
        await foreach (StoredBlob blob in inner.ListAsync(prefix, cancellationToken))
        {
            yield return blob;
        }
    }

    public override Task DeleteAsync(string name, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        await inner.DeleteAsync(name, cancellationToken);
        return true;
    });

    public override Task<CurrentPointer?> ReadCurrentAsync(CancellationToken cancellationToken) =>
        CallAsync(() => inner.ReadCurrentAsync(cancellationToken));

    public override Task<bool> TryReplaceCurrentAsync(
        ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken) =>
        CallAsync(() => inner.TryReplaceCurrentAsync(content, expectedTag, cancellationToken));

    private async Task<T> CallAsync<T>(Func<Task<T>> call, Func<Task<T>>? torn = null)
    {
        int number = Interlocked.Increment(ref _calls) - 1;
        if (OnCall is { } onCall)
        {
            await onCall(number);
        }

        if (number < FailFrom || number - FailFrom >= Failures)
        {
            return await call();
        }

        if (Kind == FaultKind.After)
        {
            await call();
        }
        else if (Kind == FaultKind.Torn && torn is not null)
        {
            await torn();
        }
        else if (Kind == FaultKind.Denied && typeof(T) == typeof(bool))
        {
            await call();
            return default!;
        }

        throw new CheckpointTargetException("call", inner.Description, $"call {number} fails in this test.");
    }
}
