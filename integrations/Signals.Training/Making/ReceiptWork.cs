using Signals.Serving;

namespace Signals.Training.Making;

/// <summary>
/// Sequences from receipts. A stretch is a run of receipts in the order of the store's versions and commits, so a thread reads
/// each version and each part of the logs once.
/// </summary>
internal sealed class ReceiptWork(SignalStore store, IReadOnlyList<LoggedRequest> requests, LabelIndex labels, bool keepUnlabelled)
    : ISetWork
{
    public int Count => requests.Count;

    public long LabelsWithoutRequest => labels.CountWithout(requests.Select(request => request.RequestId));

    public IReadOnlyList<int[]> Divide(int stretches)
    {
        int[] order = [.. Enumerable.Range(0, requests.Count)
            .OrderBy(i => requests[i].Receipt.Version)
            .ThenBy(i => requests[i].Receipt.Position)];
        return Stretches.Of(order, stretches);
    }

    public Task RunAsync(int[] stretch, PartTally tally, CancellationToken cancellationToken)
    {
        int[] asked = Array.FindAll(stretch, index => keepUnlabelled || labels.First(requests[index].RequestId) >= 0);
        for (int i = asked.Length; i < stretch.Length; i++)
        {
            tally.CountUnlabelled(); // its sequence would give no row, so it is not rebuilt
            tally.Done();
        }

        SequenceReceipt[] receipts = Array.ConvertAll(asked, index => requests[index].Receipt);
        return store.RebuildAsync(
            receipts,
            (index, rebuilt) =>
            {
                using (rebuilt)
                {
                    Take(requests[asked[index]].RequestId, rebuilt, tally);
                }
            },
            cancellationToken);
    }

    private void Take(string requestId, in RebuiltSequence rebuilt, PartTally tally)
    {
        tally.Done();
        int label = labels.First(requestId);
        if (label < 0)
        {
            tally.CountUnlabelled();
        }

        if (rebuilt.Status != RebuildStatus.Exact)
        {
            tally.CountMissing(rebuilt.Status);
        }
        else if (tally.Takes(rebuilt.Sequence.Status))
        {
            if (label < 0)
            {
                tally.Append(new TrainingRow(requestId, null, null, rebuilt.Sequence));
            }

            for (; label >= 0; label = labels.After(label))
            {
                tally.Append(new TrainingRow(requestId, labels[label].Value, labels[label].TimeMs, rebuilt.Sequence));
            }
        }
    }
}
