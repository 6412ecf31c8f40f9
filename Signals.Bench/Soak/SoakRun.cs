using System.Diagnostics;
using Signals.Offline;

namespace Signals.Bench.Soak;

/// <summary>
/// The work of a soak on one store. Each kind of work runs in its own loop, and all of it is checked. It uses as many threads as
/// there are loops.
/// </summary>
internal sealed class SoakRun(SignalStore store, string folder, int users, int eventsPerSecond, CancellationToken stop)
{
    private const int BatchRows = 256;
    private const int Remembered = 8_192;
    private const long CopyBudget = 64 << 20;
    private const ulong OwnUsers = 1_000_000;
    private const ulong ErasedUsers = 2_000_000;

    private readonly (ulong User, long Time, ulong Id)[] _recent = new (ulong, long, ulong)[Remembered];
    private long _ids;
    private int _faults;

    public SoakInterval Interval { get; } = new();

    /// <summary>The number of wrong answers. The first few are printed.</summary>
    public int Faults => Volatile.Read(ref _faults);

    /// <summary>The numbers of imports, erasures, checkpoints and compactions that are done.</summary>
    public int[] Jobs { get; } = new int[4];

    public Task[] Start() =>
    [
        Task.Run(() => ProduceAsync(0), CancellationToken.None), Task.Run(() => ProduceAsync(1), CancellationToken.None),
        OnAThreadOfItsOwn(() => Read(2)), OnAThreadOfItsOwn(() => Read(3)),
        Task.Run(() => RepeatAsync(0, TimeSpan.FromSeconds(5), ImportAsync), CancellationToken.None),
        Task.Run(() => RepeatAsync(1, TimeSpan.FromSeconds(3), EraseAsync), CancellationToken.None),
        Task.Run(() => RepeatAsync(2, TimeSpan.FromSeconds(20), CheckpointAsync), CancellationToken.None),
        Task.Run(
            () => RepeatAsync(3, TimeSpan.FromSeconds(45), () => store.CompactAsync(CancellationToken.None)),
            CancellationToken.None),
    ];

    private static Task OnAThreadOfItsOwn(Action loop) =>
        Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Appends at the given rate. One event of each batch belongs to the producer's own user, and must be the newest of that user
    /// once it is acknowledged.
    /// </summary>
    private async Task ProduceAsync(int producer)
    {
        Random random = new(producer);
        EventBatch batch = store.CreateBatch(SoakEvent.Types[0], BatchRows);
        SequenceQuery newest = store.Query(SoakEvent.Types[0]).Last(1).Build();
        UserId own = UserId.From(OwnUsers + (ulong)producer);
        long ownTime = 0; // Rises with every event, because of equal times the lower id counts as the newer one.
        long begin = Stopwatch.GetTimestamp();
        for (long sent = 0; !stop.IsCancellationRequested; sent += BatchRows)
        {
            batch.Clear();
            for (int i = 1; i < BatchRows; i++)
            {
                ulong user = (ulong)(users * Math.Pow(random.NextDouble(), 3));
                long late = random.Next(20) == 0 ? random.Next(600_000) : 0;
                Add(batch, UserId.From(user + 1), user, Now() - late);
            }

            ownTime = Math.Max(ownTime + 1, Now());
            ulong last = Add(batch, own, OwnUsers, ownTime);
            long start = Stopwatch.GetTimestamp();
            await store.AppendAsync(batch, CancellationToken.None).ConfigureAwait(false);
            Interval.Appended(BatchRows, start);
            using (Sequence answer = store.Read(own, newest))
            {
                Check(answer.Count == 1 && answer.Ids[0] == last, "an acknowledged event is not the newest of its user");
            }

            TimeSpan ahead = TimeSpan.FromSeconds((double)sent / eventsPerSecond) - Stopwatch.GetElapsedTime(begin);
            if (ahead > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(ahead, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private ulong Add(EventBatch batch, UserId id, ulong user, long time)
    {
        ulong number = (ulong)Interlocked.Increment(ref _ids);
        batch.Add(id, time, number).Set("item_id", SoakEvent.ItemOf(time, number)).Set("dwell", SoakEvent.DwellOf(number));
        if (user < OwnUsers)
        {
            _recent[number % Remembered] = (user, time, number);
        }

        return number;
    }

    private void Read(int seed)
    {
        Random random = new(seed);
        SequenceQuery one = store.Query(SoakEvent.Types[0]).Last(100).Build();
        SequenceQuery all = store.Query(SoakEvent.Types).Last(100).Build();
        while (!stop.IsCancellationRequested)
        {
            UserId user = UserId.From((ulong)(users * Math.Pow(random.NextDouble(), 3)) + 1);
            long start = Stopwatch.GetTimestamp();
            using Sequence answer = store.Read(user, random.Next(2) == 0 ? one : all);
            Interval.Read(start);
            string? fault = SoakEvent.FirstFault(answer);
            Check(fault is null, fault ?? "");
        }
    }

    /// <summary>Does the work now and then, and once more at the end.</summary>
    private async Task RepeatAsync(int job, TimeSpan every, Func<Task> work)
    {
        using PeriodicTimer timer = new(every);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The work is done for the last time.
            }

            await work().ConfigureAwait(false);
            Jobs[job]++;
        }
    }

    /// <summary>Imports vectors and corrected dwells for the newest events, in one segment.</summary>
    private async Task ImportAsync()
    {
        string file = Path.Combine(folder, $"soak-{Jobs[0]}.seg");
        (ulong User, long Time, ulong Id)[] recent = [.. _recent.Where(one => one.Id > 0).DistinctBy(one => one.Id)];
        sbyte[] embedding = new sbyte[SoakEvent.Dimensions];
        SegmentOptions options = new() { Generation = 1 + Jobs[0], Source = "soak" };
        using (SegmentWriter writer = SegmentWriter.Create(file, store.Schema[SoakEvent.Types[0]], options))
        {
            foreach ((ulong user, long time, ulong id) in recent)
            {
                SoakEvent.WriteEmbedding(id, embedding);
                writer.Correct(UserId.From(user + 1), time, id)
                    .Set("dwell", SoakEvent.CorrectedDwellOf(id))
                    .SetVector<sbyte>("embedding", embedding);
            }

            writer.Finish();
        }

        await store.ImportAsync(file, new ImportOptions { Move = true }, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task EraseAsync()
    {
        UserId user = UserId.From(ErasedUsers + (ulong)Jobs[1]);
        EventBatch batch = store.CreateBatch(SoakEvent.Types[1], BatchRows);
        for (int i = 0; i < BatchRows; i++)
        {
            Add(batch, user, OwnUsers, Now() - 1000);
        }

        SequenceQuery query = store.Query(SoakEvent.Types).Build();
        await store.AppendAsync(batch, CancellationToken.None).ConfigureAwait(false);
        await store.EraseAsync(user, CancellationToken.None).ConfigureAwait(false);
        using Sequence answer = store.Read(user, query);
        Check(answer.Count == 0, $"{answer.Count} events of an erased user");
    }

    private async Task CheckpointAsync()
    {
        string copy = Path.Combine(folder, "checkpoint");
        await store.CheckpointAsync(copy, CancellationToken.None).ConfigureAwait(false);
        await using (SignalStore opened = SignalStore.Open(copy, SoakEvent.Schema, new StoreOptions { MemoryBudgetBytes = CopyBudget }))
        {
            VerifyCopy(opened);
        }

        Directory.Delete(copy, recursive: true);
    }

    private void VerifyCopy(SignalStore copy)
    {
        SequenceQuery query = copy.Query(SoakEvent.Types).Last(100).Build();
        for (ulong user = 0; user < 100; user++)
        {
            using Sequence answer = copy.Read(UserId.From(user + 1), query);
            string? fault = SoakEvent.FirstFault(answer);
            Check(fault is null && answer.Count > 0, fault is null ? "a user is missing in a checkpoint" : $"in a checkpoint {fault}");
        }

        Check(copy.Verify().Problems.Count == 0, "a checkpoint has problems");
    }

    private void Check(bool holds, string otherwise)
    {
        if (!holds && Interlocked.Increment(ref _faults) <= 5)
        {
            Console.WriteLine($"WRONG: {otherwise}");
        }
    }
}
