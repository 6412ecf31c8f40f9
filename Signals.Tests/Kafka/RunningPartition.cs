using Signals.Kafka;

namespace Signals.Tests.Kafka;

/// <summary>A partition with its run, ended by dispose. Threads: one test.</summary>
internal sealed class RunningPartition : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();

    public RunningPartition(KafkaPartition partition)
    {
        Partition = partition;
        Run = partition.RunAsync(_stop.Token);
    }

    public KafkaPartition Partition { get; }

    public Task Run { get; }

    public async Task CatchUpAsync() => await Partition.WhenCaughtUpAsync().WaitAsync(Patience);

    /// <summary>Waits until something holds; fails the test when it takes too long.</summary>
    public async Task UntilAsync(Func<KafkaPartition, bool> holds)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        using CancellationTokenSource patience = new(Patience);
        while (!holds(Partition))
        {
            Assert.That(
                await timer.WaitForNextTickAsync(patience.Token), $"{Partition.State} at {Partition.Position}: {Partition.LastError}");
        }
    }

    /// <summary>Waits for the end of a run that fails, and returns its error.</summary>
    public async Task<Exception> FailureAsync()
    {
        try
        {
            await Run.WaitAsync(Patience);
        }
        catch (Exception error) when (error is not TimeoutException)
        {
            return error;
        }

        throw new AssertionException("The run ended without an error.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Run.WaitAsync(Patience);
        }
        catch (Exception error) when (error is OperationCanceledException || Run.IsFaulted)
        {
            // the test has looked at the error, or it ended because it was told to
        }

        Partition.Dispose();
        _stop.Dispose();
    }
}
