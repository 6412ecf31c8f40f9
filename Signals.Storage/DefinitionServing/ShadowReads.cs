using Signals.Core.DefinitionVersions;
using Signals.Serving;

namespace Signals.Storage.DefinitionServing;

/// <summary>
/// Repeats sampled reads outside their callers' path and compares the answers: once by the definition that served them and once
/// by its shadow, both as of the moment of the read.
/// </summary>
/// <remarks>
/// Thread contract: any thread offers reads; one worker compares. A read without a shadow costs one check, and a read that is not
/// sampled one increment; neither allocates. Lifetime: that of the store; the worker starts with the first sample.
/// </remarks>
internal sealed class ShadowReads : IDisposable
{
    private const int MostWaiting = 256;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Lazy<ShadowWorker<ShadowRead>> _worker = new(() => new ShadowWorker<ShadowRead>(
        MostWaiting, Compare, static (read, error) => read.Shadow.Fail(error)));

    /// <summary>Counts the read of a user, and offers it for comparison if it is sampled.</summary>
    public void Sample(ShadowDefinition<ServedPlan> shadow, ServedPlan served, in UserId user, long nowMs)
    {
        if (shadow.TrySample() && !_worker.Value.TryAdd(new ShadowRead(shadow, served, user, nowMs)))
        {
            shadow.Drop();
        }
    }

    /// <summary>
    /// Ends the worker after the comparison that it is making. If the host's code does not return in time, the worker is left
    /// behind.
    /// </summary>
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
