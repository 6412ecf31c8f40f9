using System.CommandLine;
using System.Globalization;
using Signals.Bench.Candidates;
using Signals.Bench.Compare;
using Signals.Bench.Workloads;

namespace Signals.Bench.Memory;

/// <summary>
/// Measures how much memory a store with one memory budget really uses: the peak of resident memory in each phase, minus what was
/// resident before the store was opened, when the events were generated and the runtime was warm.
/// </summary>
internal sealed class BudgetCommand(WorkloadOptions workload, int mib, int reads, string path)
{
    public static BenchCommand Syntax()
    {
        BenchCommand command = new("budget", "Measure how much memory a store with one memory budget really uses.");
        Option<int> mib = command.Number("--mib", 512, "The budget.");
        Option<int> events = command.Number("--events", 20_000_000, "How many events.");
        Option<int> users = command.Number("--users", 200_000, "Of so many users.");
        Option<int> reads = command.Number("--reads", 500_000, "How many reads.");
        Option<string> path = command.Folder();
        return command.Does(line => new BudgetCommand(
            new WorkloadOptions { Events = line.GetValue(events), Users = line.GetValue(users) },
            line.GetValue(mib), line.GetValue(reads), line.GetRequiredValue(path)).Run());
    }

    /// <summary>Runs the command and returns the exit code: 1 when a phase used more than the budget.</summary>
    public int Run()
    {
        EventLogGenerator generator = new(workload);
        EventLog log = generator.Generate();
        ulong[] users = generator.PopularUsers(reads, seed: 51);
        BenchFolder.Use(path, folder => Ingest(folder, log.Take(Math.Min(log.Count, 200_000)), users, _ => { })); // Compiles the code.
        GC.Collect();
        double most = 0;
        BenchFolder.Use(path, folder =>
        {
            ProcessUse use = ProcessUse.Start();
            Ingest(folder, log, users, phase =>
            {
                double peak = use.PeakMemory();
                most = Math.Max(most, peak);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{phase,-12} peak so far {peak,6:F0} MiB of {mib}; "
                    + $"managed heap {GC.GetGCMemoryInfo().TotalCommittedBytes >> 20} MiB committed, "
                    + $"{GC.GetTotalAllocatedBytes() >> 20} MiB allocated so far, "
                    + $"{GC.CollectionCount(0)}, {GC.CollectionCount(1)} and {GC.CollectionCount(2)} collections"));
            });
        });
        return most <= mib ? 0 : 1;
    }

    private void Ingest(string folder, EventLog log, ulong[] users, Action<string> ended)
    {
        StoreSchema schema = StoreSchema.Define(s =>
        {
            foreach (string name in EventLog.TypeNames)
            {
                s.EventType(name, t => t.Field<long>("item_id").Field<byte>("surface").Field<int>("action").Field<float>("dwell"));
            }
        });
        using SignalStore store = SignalStore.Open(folder, schema, new StoreOptions { MemoryBudgetBytes = (long)mib << 20 });
        ended("opened");
        IngestLanes lanes = new(store, hasItem: true);
        for (int i = 0; i < log.Count; i++)
        {
            lanes.Add(log, i);
        }

        lanes.AppendAll();
        lanes.Wait();
        ended("ingested");
        store.CompactAsync().GetAwaiter().GetResult();
        ended("compacted");
        SequenceQuery query = store.Query(EventLog.TypeNames).Last(ICandidate.ReadRows).Build();
        foreach (ulong user in users)
        {
            store.Read(UserId.From(user), query).Dispose();
        }

        ended("read");
        store.VerifyAsync().GetAwaiter().GetResult();
        ended("verified");
    }
}
