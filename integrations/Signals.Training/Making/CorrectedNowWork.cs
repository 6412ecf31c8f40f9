using Signals.Serving;

namespace Signals.Training.Making;

/// <summary>
/// Sequences as they are corrected now, up to their times. A stretch is a run of users in their order, which is the order of the store's
/// tables, so blocks are read once.
/// </summary>
internal sealed class CorrectedNowWork(SignalStore store, IReadOnlyList<TrainingMoment> moments, string definition) : ISetWork
{
    public int Count => moments.Count;

    public long LabelsWithoutRequest => 0;

    public IReadOnlyList<int[]> Divide(int stretches) =>
        Stretches.Of(
            [.. Enumerable.Range(0, moments.Count).OrderBy(i => moments[i].User).ThenBy(i => moments[i].TimeMs)], stretches);

    public Task RunAsync(int[] stretch, PartTally tally, CancellationToken cancellationToken) =>
        Task.Run(() => Run(stretch, tally, cancellationToken), cancellationToken);

    private void Run(int[] stretch, PartTally tally, CancellationToken cancellationToken)
    {
        foreach (int index in stretch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TrainingMoment moment = moments[index];
            ReadOptions upToThen = new()
            {
                AsOf = DateTimeOffset.FromUnixTimeMilliseconds(moment.TimeMs),
                Deadline = TimeSpan.FromDays(1), // no request waits for it
            };
            using ServedSequence sequence = store.Read(moment.User, definition, upToThen);
            tally.Done();
            if (moment.Label is null)
            {
                tally.CountUnlabelled();
            }

            if (tally.Takes(sequence.Status))
            {
                tally.Append(new TrainingRow(moment.RequestId, moment.Label, null, sequence));
            }
        }
    }
}
