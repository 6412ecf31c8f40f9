using System.Diagnostics.Metrics;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Telemetry;

/// <summary>Reads and appends allocate nothing, whether somebody listens to their histograms or not.</summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class TelemetryAllocationTests
{
    private const int Rounds = 200;
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));

    [Test]
    public void ReadAndAppend_Warm_AllocateNothing([Values] bool listening)
    {
        using SignalStore store = TestStores.Open(
            new SimFileSystem(record: false), Schema, new ManualTime(TestStores.Start),
            TestStores.Tiny with { Name = "allocation", RingBytes = 1 << 20 });
        long measurements = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (listening && instrument is Histogram<double>
                && instrument.Meter.Tags?.Any(tag => (string?)tag.Value == "allocation") == true)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => measurements++);
        listener.Start();
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(1), TestStores.Start, 1).Set("n", 1);
        store.Append(batch);
        store.Engine.RunPending();
        SequenceQuery query = store.Query("view").Last(10).Build();

        Assert.That(AllocatedBy(() =>
        {
            store.Read(UserId.From(1), query).Dispose();
            store.Append(batch);
        }), Is.Zero);
        store.Engine.RunPending();
        Assert.That(measurements, listening ? Is.GreaterThan(Rounds) : Is.Zero);
    }

    private static long AllocatedBy(Action action)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 6 && least != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Rounds; i++)
            {
                action();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
