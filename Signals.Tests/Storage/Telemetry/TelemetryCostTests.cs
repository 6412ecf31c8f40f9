using System.Diagnostics;
using System.Diagnostics.Metrics;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Telemetry;

/// <summary>
/// Reports what a listener costs a read and an append: the same store in the same process, rounds with and without a listener taking turns,
/// the fastest round of each, which a busy machine disturbs least. What is asserted is that only the rounds with a listener are measured.
/// </summary>
[Category("Fast")]
[NonParallelizable]
[Category("Scaled")]
internal sealed class TelemetryCostTests
{
    private const int Pairs = 41;
    private const int Calls = 400;
    private const string Name = "cost";
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n").KeepLast(100)));

    [Test]
    public void ReadAndAppend_WithAListenerAndWithout_ReportTheRatio()
    {
        using SignalStore store = TestStores.Open(
            new SimFileSystem(record: false), Schema, new ManualTime(TestStores.Start),
            TestStores.Tiny with { Name = Name, RingBytes = 1 << 20 });
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < 100; i++)
        {
            batch.Add(UserId.From(1), TestStores.Start + i, (ulong)i).Set("n", i);
        }

        store.Append(batch);
        store.Engine.RunPending();
        SequenceQuery query = store.Query("view").Last(100).Build();
        EventBatch one = store.CreateBatch("view");
        one.Add(UserId.From(1), TestStores.Start, 1).Set("n", 1);
        Report("read of 100 events", () => store.Read(UserId.From(1), query).Dispose(), atLeast: TestScale.Of(Pairs) * Calls);
        Report("append of one event, indexed", () =>
        {
            store.Append(one);
            store.Engine.RunPending();
        }, atLeast: TestScale.Of(Pairs));
    }

    private static void Report(string what, Action call, int atLeast)
    {
        int pairs = TestScale.Of(Pairs);
        long quiet = long.MaxValue;
        long watched = long.MaxValue;
        long[] measured = [0];
        Time(call);
        for (int pair = 0; pair < pairs; pair++)
        {
            long before = measured[0];
            quiet = Math.Min(quiet, Time(call));
            Assert.That(measured[0], Is.EqualTo(before), "nobody listened");
            using MeterListener listener = Listen(measured);
            watched = Math.Min(watched, Time(call));
        }

        double nanoseconds = 1e9 / Stopwatch.Frequency / Calls;
        TestContext.Out.WriteLine($"{what}: {quiet * nanoseconds:F0} ns without a listener, {watched * nanoseconds:F0} ns with one");
        Assert.That(measured[0], Is.AtLeast(atLeast));
    }

    private static long Time(Action call)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Calls; i++)
        {
            call();
        }

        return Math.Max(1, Stopwatch.GetTimestamp() - started);
    }

    private static MeterListener Listen(long[] measured)
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument is Histogram<double> && instrument.Meter.Tags?.Any(tag => (string?)tag.Value == Name) == true)
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => measured[0]++);
        listener.Start();
        return listener;
    }
}
