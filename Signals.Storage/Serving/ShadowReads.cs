using Signals.Core.Model;
using Signals.Core.Registry;
using Signals.Core.Serving;

namespace Signals.Storage.Serving;

/// <summary>
/// Repeats sampled reads off their callers' path, once by the definition that served them and once by its shadow, both as of the moment of
/// the read, and compares the answers.
/// </summary>
/// <remarks>
/// Thread contract: any thread offers; one worker compares. A read without a shadow costs one look, a read that is not sampled one
/// increment, and neither allocates. Lifetime: the store's; the worker starts with the first sample.
/// </remarks>
internal sealed class ShadowReads : IDisposable
{
    private const int MostWaiting = 256;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Lazy<ShadowWorker<ShadowRead>> _worker = new(() => new ShadowWorker<ShadowRead>(
        MostWaiting, Compare, static (read, error) => read.Shadow.Fail(error)));

    /// <summary>Counts the read of a user, and offers it where it is one to compare.</summary>
    public void Sample(ShadowDefinition<ServedPlan> shadow, ServedPlan served, in UserId user, long nowMs)
    {
        if (shadow.TrySample() && !_worker.Value.TryAdd(new ShadowRead(shadow, served, user, nowMs)))
        {
            shadow.Drop();
        }
    }

    /// <summary>Ends the worker after the comparison in hand, or leaves one behind whose code of the host's does not return.</summary>
    public void Dispose()
    {
        if (_worker.IsValueCreated)
        {
            _worker.Value.DisposeAsync().AsTask().Wait(Deadline);
        }
    }

    private static void Compare(ShadowRead read)
    {
        ReadOptions options = new() { AsOf = DateTimeOffset.FromUnixTimeMilliseconds(read.NowMs), Deadline = Deadline };
        using ServedSequence served = read.Served.Read(read.User, options);
        using ServedSequence shadow = read.Shadow.Candidate.Plan.Read(read.User, options);
        if (((served.Status | shadow.Status) & ServingStatus.StageFailed) != 0)
        {
            Exception? cause = served.Error ?? shadow.Error;
            throw new InvalidOperationException($"A stage failed: {cause?.Message}", cause);
        }

        read.Shadow.Compare(new ServedRows(served), new ServedRows(shadow));
    }
}
