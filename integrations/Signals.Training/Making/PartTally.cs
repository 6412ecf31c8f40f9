using Signals.Serving;

namespace Signals.Training.Making;

/// <summary>One thread's part of a set: passes rows to the sink's part, and counts what comes and what does not.</summary>
/// <remarks>Thread contract: one thread at a time; the progress that it reports to is shared.</remarks>
internal sealed class PartTally(ITrainingPart part, TrainingOptions options, SharedProgress progress)
{
    private readonly long[] _missing = new long[(int)RebuildStatus.Different + 1];

    public long Rows { get; private set; }

    public long Joined { get; private set; }

    public long Unlabelled { get; private set; }

    public long Complete { get; private set; }

    public long UnknownUsers { get; private set; }

    public long LeftOut { get; private set; }

    public long Events { get; private set; }

    public ReadOnlySpan<long> Missing => _missing;

    /// <summary>Counts a request that has no label.</summary>
    public void CountUnlabelled() => Unlabelled++;

    /// <summary>Counts a request or moment as done.</summary>
    public void Done() => progress.Done();

    /// <summary>Counts an outcome without a sequence.</summary>
    public void CountMissing(RebuildStatus status) => _missing[(int)status]++;

    /// <summary>Whether a sequence of this status gives rows; counts it when it does not.</summary>
    public bool Takes(ServingStatus status)
    {
        if (options.KeepIncomplete || IsComplete(status))
        {
            return true;
        }

        LeftOut++;
        return false;
    }

    /// <summary>Passes a row on.</summary>
    public void Append(in TrainingRow row)
    {
        options.OnRow?.Invoke(row);
        part.Append(row);
        ServingStatus status = row.Sequence.Status;
        Rows++;
        Joined += row.Label is null ? 0 : 1;
        Events += row.Sequence.Count;
        Complete += IsComplete(status) ? 1 : 0;
        UnknownUsers += (status & ServingStatus.UnknownUser) != 0 ? 1 : 0;
        progress.Row();
    }

    private static bool IsComplete(ServingStatus status) => (status & ~ServingStatus.UnknownUser) == ServingStatus.Complete;
}
