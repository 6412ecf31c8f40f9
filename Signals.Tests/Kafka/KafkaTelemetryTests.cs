using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Signals.Kafka;
using Signals.Tests.Architecture;

namespace Signals.Tests.Kafka;

/// <summary>What a partition measures and traces.</summary>
[Category("Kafka")]
[NonParallelizable]
internal sealed class KafkaTelemetryTests
{
    [Test]
    public async Task Meter_AfterSomeRecords_SaysWhatThePageLists()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        bench.Produce([1]);
        await using SignalStore store = bench.OpenStore("measured");
        await using RunningPartition running = LogBench.Run(
            store, bench.Options with { Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")) });
        await running.CatchUpAsync();

        Dictionary<string, long> seen = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Signals.Kafka" && instrument.Meter.Tags!.Any(tag => Equals(tag.Value, "measured")))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.That(seen, Is.EqualTo(new Dictionary<string, long>
        {
            ["signals.kafka.records"] = 2,
            ["signals.kafka.events"] = 1,
            ["signals.kafka.poison"] = 1,
            ["signals.kafka.lag"] = 0,
            ["signals.kafka.position"] = 2,
        }));
        string page = File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "kafka.md"));
        Assert.That(seen.Keys.Where(name => !page.Contains($"| `{name}` |", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Activities_WhileSomebodyListens_LinkABatchToTheTracesOfItsRecords()
    {
        ConcurrentQueue<Activity> batches = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name is "Signals.Kafka" or "test of traces",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.OperationName == "signals.kafka.batch")
                {
                    batches.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using LogBench bench = new();
        using ActivitySource tests = new("test of traces");
        ActivityTraceId trace;
        using (Activity request = tests.StartActivity("request")!)
        {
            trace = request.TraceId;
            await bench.Log.AppendAsync(LogBench.View(1, 1));
        }

        await using SignalStore store = bench.OpenStore("traced");
        await LogBench.CatchUpAsync(store, bench.Options);
        Activity batch = batches.Single(activity => activity.Links.Any(link => link.Context.TraceId == trace));
        Assert.That(batch.GetTagItem("signals.kafka.records"), Is.EqualTo(1));
    }
}
