using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Signals.Tool.Commands;

/// <summary>
/// Appends random events to a new store and reads them back. This gives a first idea of the machine's speed and is not a
/// benchmark.
/// </summary>
internal sealed class BenchCommand : ToolCommand
{
    private const int EventsPerBatch = 256;
    private const int EventsPerUser = 50;

    private readonly Option<int> _events = Syntax.Number("--events", "How many events to append.", fallback: 1_000_000, least: 1);
    private readonly Option<int> _reads = Syntax.Number("--reads", "How many reads of the last 100 events.", fallback: 20_000, least: 1);
    private readonly Option<string?> _folder =
        Syntax.Text("--folder", "NEW", "Keep the store in this new folder; otherwise it is deleted.");

    private readonly Option<bool> _json = Syntax.Json();

    public BenchCommand()
        : base("bench", "Append made-up events to a new store, read users back, and report both rates.")
    {
        Add(_events);
        Add(_reads);
        Add(_folder);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        int events = line.GetValue(_events);
        int reads = line.GetValue(_reads);
        string? folder = line.GetValue(_folder);
        bool json = line.GetValue(_json);
        if (folder is not null && Directory.Exists(folder))
        {
            throw new UsageException($"'{folder}' exists; bench wants a new folder.");
        }

        string path = folder ?? Directory.CreateTempSubdirectory("signals-bench-").FullName;
        try
        {
            StoreSchema schema = StoreSchema.Define(
                s => s.EventType("view", t => t.Field<int>("item").Field<float>("dwell_seconds").KeepLast(1000)));
            SignalStore store = SignalStore.Open(path, schema);
            await using (store.ConfigureAwait(false))
            {
                long appended = 0;
                Task<TimeSpan> work = Task.Run(
                    () => AppendAsync(store, events, done => Volatile.Write(ref appended, done), cancellationToken), cancellationToken);
                await LongWork.ShowAsync(
                    context,
                    "appending",
                    work,
                    () => WorkProgress.Create(Count.Events(Volatile.Read(ref appended)), Volatile.Read(ref appended), events))
                    .ConfigureAwait(false);
                TimeSpan ingest = await work.ConfigureAwait(false);
                TimeSpan[] latencies = Read(store, Math.Max(1, events / EventsPerUser), reads, cancellationToken);
                Report(context, json, events, ingest, latencies);
            }
        }
        finally
        {
            if (folder is null)
            {
                Directory.Delete(path, recursive: true);
            }
        }

        return ExitCode.Ok;
    }

    private static async Task<TimeSpan> AppendAsync(
        SignalStore store, int events, Action<long> progress, CancellationToken cancellationToken)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Column<int> item = store.Schema["view"].Column<int>("item");
        Column<float> dwell = store.Schema["view"].Column<float>("dwell_seconds");
        EventBatch batch = store.CreateBatch("view", EventsPerBatch);
        Random random = new(1);
        int users = Math.Max(1, events / EventsPerUser);
        AppendTicket last = default;
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < events;)
        {
            batch.Clear();
            for (int end = Math.Min(events, i + EventsPerBatch); i < end; i++)
            {
                batch.Add(UserId.From((ulong)random.Next(users) + 1), now - events + i, (ulong)i)
                    .Set(item, random.Next(100_000))
                    .Set(dwell, random.NextSingle() * 60);
            }

            last = store.Append(batch, cancellationToken);
            progress(i);
        }

        await store.WaitAsync(last, cancellationToken).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(started);
    }

    private static TimeSpan[] Read(SignalStore store, int users, int reads, CancellationToken cancellationToken)
    {
        SequenceQuery query = store.Query("view").Last(100).Build();
        Random random = new(2);
        TimeSpan[] latencies = new TimeSpan[reads];
        for (int i = 0; i < reads; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            UserId user = UserId.From((ulong)random.Next(users) + 1);
            long started = Stopwatch.GetTimestamp();
            store.Read(user, query).Dispose();
            latencies[i] = Stopwatch.GetElapsedTime(started);
        }

        Array.Sort(latencies);
        return latencies;
    }

    private static void Report(ToolContext context, bool json, int events, TimeSpan ingest, TimeSpan[] latencies)
    {
        double rate = events / ingest.TotalSeconds;
        double p50 = latencies[latencies.Length / 2].TotalMicroseconds;
        double p99 = latencies[(int)(latencies.Length * 0.99)].TotalMicroseconds;
        if (!json)
        {
            context.WriteRaw(string.Create(CultureInfo.InvariantCulture,
                $"{Count.Events(events)} in {ingest.TotalSeconds:F2} s, {rate:N0}/s; " +
                $"{Count.Of(latencies.Length, "read")} of the last 100: p50 {p50:F1} us, p99 {p99:F1} us"));
            return;
        }

        context.WriteObject(writer =>
        {
            writer.WriteNumber("events", events);
            writer.WriteNumber("events_per_second", Math.Round(rate));
            writer.WriteNumber("reads", latencies.Length);
            writer.WriteNumber("read_p50_us", Math.Round(p50, 2));
            writer.WriteNumber("read_p99_us", Math.Round(p99, 2));
        });
    }
}
