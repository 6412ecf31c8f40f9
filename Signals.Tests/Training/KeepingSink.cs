using System.Collections.Concurrent;
using Signals.Training;

namespace Signals.Tests.Training;

/// <summary>Keeps all rows in memory. Threads: as the interface says.</summary>
internal sealed class KeepingSink : ITrainingSink
{
    private readonly ConcurrentQueue<KeptRow> _rows = new();
    private int _open;

    public TrainingReport? Report { get; private set; }

    public int Parts { get; private set; }

    /// <summary>Fails a part when it has so many rows.</summary>
    public int FailAt { get; init; } = int.MaxValue;

    public IReadOnlyCollection<KeptRow> Rows => _rows;

    public KeptRow this[string requestId] => _rows.Single(row => row.RequestId == requestId);

    public int Open => Volatile.Read(ref _open);

    public ITrainingPart OpenPart(int number)
    {
        Interlocked.Increment(ref _open);
        lock (_rows)
        {
            Parts++;
        }

        return new Part(this);
    }

    public void Complete(TrainingReport report) => Report = report;

    public void Dispose()
    {
    }

    private sealed class Part(KeepingSink sink) : ITrainingPart
    {
        private int _rows;

        public void Append(in TrainingRow row)
        {
            if (++_rows == sink.FailAt)
            {
                throw new IOException("the sink is full");
            }

            sink._rows.Enqueue(KeptRow.Of(row));
        }

        public long Complete() => _rows;

        public void Dispose() => Interlocked.Decrement(ref sink._open);
    }
}
