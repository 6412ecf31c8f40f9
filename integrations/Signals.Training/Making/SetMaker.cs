using System.Diagnostics;
using Signals.Serving;

namespace Signals.Training.Making;

/// <summary>Makes one training set: a part of the sink for each stretch of the work, then the report.</summary>
/// <remarks>Thread contract: one call. When a stretch fails, the others are told to end, and the first failure is thrown.</remarks>
internal sealed class SetMaker(ITrainingSink sink, TrainingOptions options)
{
    public async Task<TrainingReport> MakeAsync(ISetWork work, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<int[]> stretches = work.Divide(options.Workers);
        SharedProgress progress = new(options.Progress, work.Count);
        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<(PartTally Tally, long Bytes)>[] parts =
            [.. stretches.Select((stretch, number) => RunAsync(work, stretch, number, progress, failed))];
        (PartTally Tally, long Bytes)[] done = await WhenAll(parts).ConfigureAwait(false);
        PartTally[] tallies = Array.ConvertAll(done, one => one.Tally);
        TrainingReport report = new()
        {
            Requests = work.Count,
            Rows = tallies.Sum(tally => tally.Rows),
            Joined = tallies.Sum(tally => tally.Joined),
            Unlabelled = tallies.Sum(tally => tally.Unlabelled),
            LabelsWithoutRequest = work.LabelsWithoutRequest,
            Complete = tallies.Sum(tally => tally.Complete),
            UnknownUsers = tallies.Sum(tally => tally.UnknownUsers),
            LeftOut = tallies.Sum(tally => tally.LeftOut),
            Events = tallies.Sum(tally => tally.Events),
            Missing = MissingOf(tallies),
            Bytes = done.Sum(one => one.Bytes),
            Elapsed = Stopwatch.GetElapsedTime(start),
        };
        sink.Complete(report);
        return report;
    }

    private async Task<(PartTally Tally, long Bytes)> RunAsync(
        ISetWork work, int[] stretch, int number, SharedProgress progress, CancellationTokenSource failed)
    {
        try
        {
            await Task.Yield(); // so that opening a part of one stretch does not hold up the next
            using ITrainingPart part = sink.OpenPart(number);
            PartTally tally = new(part, options, progress);
            await work.RunAsync(stretch, tally, failed.Token).ConfigureAwait(false);
            return (tally, part.Complete());
        }
        catch
        {
            await failed.CancelAsync().ConfigureAwait(false); // the set cannot become whole any more
            throw;
        }
    }

    /// <summary>Waits for all, then throws the failure that came first and not the cancellations that it caused.</summary>
    private static async Task<T[]> WhenAll<T>(Task<T>[] parts)
    {
        await Task.WhenAll(parts).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
            .ConfigureAwait(false);
        Task<T>? broken = Array.Find(parts, part => part.IsFaulted);
        if (broken is not null)
        {
            await broken.ConfigureAwait(false);
        }

        return await Task.WhenAll(parts).ConfigureAwait(false);
    }

    private static Dictionary<RebuildStatus, long> MissingOf(PartTally[] tallies)
    {
        Dictionary<RebuildStatus, long> missing = [];
        foreach (RebuildStatus status in Enum.GetValues<RebuildStatus>())
        {
            long count = tallies.Sum(tally => tally.Missing[(int)status]);
            if (count > 0)
            {
                missing.Add(status, count);
            }
        }

        return missing;
    }
}
