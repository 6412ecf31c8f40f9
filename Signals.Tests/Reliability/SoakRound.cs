using Signals.Offline;

namespace Signals.Tests.Reliability;

/// <summary>
/// One round of a soak on an open store: one thread appends, others read, hold leases and do the upkeep; in every second round the disk
/// fills up half way. Threads: one calls; the round has its own.
/// </summary>
internal sealed class SoakRound(SignalStore store, SmallDisk disk, SoakTally tally, long found, int number)
{
    private const int Leases = 24;
    private const ulong StrangersFrom = 1_000_000;

    private long _generation = (number * 1_000L) + 1;
    private CancellationToken _ending;

    private bool FillsUp => number % 2 == 1;

    // Longer than any append that has room.
    private static readonly TimeSpan StandsStill = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Whether the full disk was noticed: the store failed, since its log had no room, or appends waited, since tables had none,
    /// and went on by themselves when there was room again.
    /// </summary>
    public bool WasFull { get; private set; }

    /// <summary>Appends so many entries, or until the disk is full; returns the last one acknowledged.</summary>
    public long Run(int entries)
    {
        using CancellationTokenSource ending = new();
        _ending = ending.Token;
        Task[] beside = [Loop("read", Read), Loop("lease", HoldLeases), Loop("misuse", Misuse), OnItsOwnThread(Upkeep)];
        long acked = found;
        EventBatch batch = store.CreateBatch(KillSchema.EventType, KillSchema.MaxEvents);
        long end = FillsUp ? long.MaxValue : found + entries;
        try
        {
            for (long entry = found + 1; entry <= end && !WasFull; entry++)
            {
                if (FillsUp && entry == found + (entries / 2))
                {
                    disk.Fill();
                }

                KillSchema.Fill(batch, entry);
                Append(batch);
                acked = entry;
            }
        }
        catch (StorePoisonedException error)
        {
            WasFull = true;
            tally.Refused("append", error);
        }

        ending.Cancel();
        Task.WaitAll(beside);
        return acked;
    }

    private void Append(EventBatch batch)
    {
        Task<AppendAck> acked = store.AppendAsync(batch).AsTask();
        if (FillsUp && Task.WaitAny([acked], StandsStill) < 0)
        {
            WasFull = true;
            disk.Free();
        }

        acked.WaitAsync(Patience).GetAwaiter().GetResult();
    }

    /// <summary>Repeats work until the round ends; only typed errors are let pass.</summary>
    private Task Loop(string kind, Action work) => OnItsOwnThread(() =>
    {
        do
        {
            Try(kind, work);
        }
        while (!_ending.IsCancellationRequested);
    });

    // What loops for a whole round would take the pool's threads, on which the acknowledgements of the others are delivered.
    private static Task OnItsOwnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Try(string kind, Action work)
    {
        try
        {
            work();
            tally.Done(kind);
        }
        catch (SignalsException error)
        {
            tally.Refused(kind, error);
        }
    }

    private void Read() => KillSchema.VerifyPrefix(store, whole: found);

    /// <summary>Holds many answers while the store moves on below them; none may change.</summary>
    private void HoldLeases()
    {
        SequenceQuery query = store.Query(KillSchema.EventType).Build();
        Sequence[] held = [.. Enumerable.Range(0, Leases).Select(i => store.Read(KillSchema.AllUsers[i], query))];
        long[][] entries = [.. held.Select(sequence => sequence.Field<long>("entry").ToArray())];
        _ending.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(200));
        for (int i = 0; i < held.Length; i++)
        {
            Assert.That(held[i].Field<long>("entry").SequenceEqual(entries[i]), "a lease changed while it was held");
            held[i].Dispose();
        }
    }

    /// <summary>
    /// A batch of somebody whom the model does not know, changed by one thread while another appends it: nobody else may notice.
    /// </summary>
    private void Misuse()
    {
        EventBatch shared = store.CreateBatch(KillSchema.EventType);
        Task changes = OnItsOwnThread(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                Misuse(() =>
                {
                    shared.Clear();
                    for (ulong id = 0; id < (ulong)(i % 30); id++)
                    {
                        shared.Add(Stranger(), 1_772_323_200_000 + (long)id, id).Set("entry", 0L);
                    }
                });
            }
        });
        try
        {
            for (int i = 0; i < 50 && !changes.IsCompleted; i++)
            {
                Misuse(() => store.TryAppend(shared, out _));
            }
        }
        finally
        {
            changes.Wait();
        }
    }

    // The one who shares a batch between threads gets exceptions of any kind.
    private static void Misuse(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error)
            when (error is (InvalidOperationException or ArgumentException or IndexOutOfRangeException) and not SignalsException)
        {
        }
    }

    private void Upkeep()
    {
        do
        {
            Try("flush", () => store.FlushAsync().GetAwaiter().GetResult());
            Try("import", Import);
            Try("compact", () => store.CompactAsync().GetAwaiter().GetResult());
            Try("checkpoint", Checkpoint);
            Try("verify", () => Assert.That(store.Verify().Problems, Is.Empty));
            Try("erase", () => store.EraseAsync(Stranger()).AsTask().GetAwaiter().GetResult());
        }
        while (!_ending.IsCancellationRequested);
    }

    private void Checkpoint()
    {
        string target = Path.Combine(disk.Path, $"copy-{number}");
        try
        {
            store.CheckpointAsync(target).GetAwaiter().GetResult();
        }
        finally
        {
            if (Directory.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }
        }
    }

    /// <summary>Events of somebody whom the model does not know.</summary>
    private void Import()
    {
        string path = Path.Combine(disk.Path, $"{_generation}.seg");
        SegmentOptions options = new() { Generation = _generation++, MemoryBudgetBytes = SegmentOptions.MinMemoryBudgetBytes };
        using (SegmentWriter writer = SegmentWriter.Create(path, store.Schema[KillSchema.EventType], options))
        {
            for (ulong id = 1; id <= 50; id++)
            {
                writer.Insert(Stranger(), 1_772_323_200_000 + (long)id, id).Set("entry", 0L);
            }

            writer.Finish();
        }

        store.ImportAsync(path, new ImportOptions { Move = true }).GetAwaiter().GetResult();
    }

    private UserId Stranger() => UserId.From(StrangersFrom + (ulong)(_generation % 7));
}
