using System.Globalization;
using Signals.Training;

namespace Signals.Bench.TrainingSets;

/// <summary>Writes nothing: compares each row with what was served, and counts the rows that differ. Any thread.</summary>
/// <param name="served">The hash of what each request was answered with.</param>
internal sealed class CheckingSink(ulong[] served) : ITrainingSink, ITrainingPart
{
    private long _rows;
    private long _differences;

    /// <summary>The rows that came.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>The rows that differ from what was served.</summary>
    public long Differences => Interlocked.Read(ref _differences);

    public ITrainingPart OpenPart(int number) => this;

    public void Append(in TrainingRow row)
    {
        int request = int.Parse(row.RequestId, CultureInfo.InvariantCulture);
        Interlocked.Increment(ref _rows);
        if (ServedHash.Of(row.Sequence) != served[request])
        {
            Interlocked.Increment(ref _differences);
        }
    }

    long ITrainingPart.Complete() => 0;

    public void Complete(TrainingReport report)
    {
        // It keeps nothing that could be published.
    }

    public void Dispose()
    {
        // It holds nothing.
    }
}
