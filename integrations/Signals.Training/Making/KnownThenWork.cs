using Signals.Serving;

namespace Signals.Training.Making;

/// <summary>Sequences as they were known at their times. A stretch is a run of moments in the order of time.</summary>
internal sealed class KnownThenWork(SignalStore store, IReadOnlyList<TrainingMoment> moments, string definition) : ISetWork
{
    public int Count => moments.Count;

    public long LabelsWithoutRequest => 0;

    public IReadOnlyList<int[]> Divide(int stretches) =>
        Stretches.Of([.. Enumerable.Range(0, moments.Count).OrderBy(i => moments[i].TimeMs)], stretches);

    public Task RunAsync(int[] stretch, PartTally tally, CancellationToken cancellationToken)
    {
        PastRead[] reads = Array.ConvertAll(stretch, index => new PastRead(moments[index].User, moments[index].TimeMs));
        return store.ReadPastAsync(
            reads,
            definition,
            (index, read) =>
            {
                using (read)
                {
                    Take(moments[stretch[index]], read, tally);
                }
            },
            cancellationToken);
    }

    private static void Take(in TrainingMoment moment, in RebuiltSequence read, PartTally tally)
    {
        tally.Done();
        if (moment.Label is null)
        {
            tally.CountUnlabelled();
        }

        if (read.Status != RebuildStatus.Exact)
        {
            tally.CountMissing(read.Status);
        }
        else if (tally.Takes(read.Sequence.Status))
        {
            tally.Append(new TrainingRow(moment.RequestId, moment.Label, null, read.Sequence));
        }
    }
}
