using Signals.Tests.Storage.FileSystem;

namespace Signals.Tests.Storage.Engine.Importing;

/// <summary>An import of thousands of windows of one row each, beside busy ones, is compacted while users are read and erased.</summary>
[Category("Fast")]
internal sealed class ImportedWindowsTests
{
    private const int Windows = 2000;
    private const int Users = 10;
    private const int Busy = 30;

    [Test]
    public async Task Compact_ThousandsOfOneRowPartsBesideBusyWindows_LeavesFewTablesAndEveryAnswer()
    {
        ScarceFileSystem files = new(ImportStore.NewFiles(record: false)) { Limit = 256 };
        ImportStore.Write(files, Enumerable.Range(0, Windows).Select(i => ((ulong)(i % Users) + 1, -24 * (i + 10))));
        using SignalStore store = TestStores.Open(files, ImportStore.Schema, new ManualTime(TestStores.Start), TestStores.Tiny with
        {
            Background = true,
            MemTableBytes = 64 << 10,
            SlowdownTables = 100,
            Compaction = TestStores.Tiny.Compaction with { WindowBytes = 20_000 },
        });
        for (int round = 0; round < 3; round++)
        {
            for (ulong user = 0; user < Users; user++)
            {
                EventBatch batch = store.CreateBatch("view");
                for (int hour = 0; hour < Busy / 3; hour++)
                {
                    int at = (round * Busy / 3) + hour - 40;
                    batch.Add(UserId.From(user + 1), ImportStore.TimeOf(at), 1).Set("score", ImportStore.Score(user, at));
                }

                await store.AppendAsync(batch);
            }

            await store.FlushAsync();
        }

        await store.ImportAsync(ImportStore.Segment);
        Assert.That(Count(store, 1), Is.EqualTo((Windows / Users) + Busy));
        using CancellationTokenSource done = new();
        Task[] readers = [.. Enumerable.Range(0, 2).Select(reader => Task.Run(() => ReadAllTheTime(store, reader, done.Token)))];
        for (ulong user = 0; user < 4; user++)
        {
            Task compacted = store.CompactAsync();
            await store.EraseAsync(UserId.From(user + 1));
            await compacted;
        }

        await store.CompactAsync();
        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.That(store.GetStats().Tables, Is.LessThan(20));
        Assert.That(store.GetStats().TableRows, Is.EqualTo((Users - 4) * ((Windows / Users) + Busy)));
        Assert.That(
            Enumerable.Range(0, Users).Select(user => Count(store, (ulong)user)),
            Is.EqualTo(Enumerable.Range(0, Users).Select(user => user < 4 ? 0 : (Windows / Users) + Busy)));
        Assert.That(files.ListFiles(TestStores.Folder).Count(name => name.EndsWith(".seg", StringComparison.Ordinal)), Is.Zero);
        Assert.That(files.Refused, Is.Zero);
    }

    private static int Count(SignalStore store, ulong user)
    {
        using Sequence sequence = store.Read(UserId.From(user + 1), store.Query("view").Columns("score").Build());
        return sequence.Count;
    }

    private static void ReadAllTheTime(SignalStore store, int reader, CancellationToken done)
    {
        for (int i = reader; !done.IsCancellationRequested; i++)
        {
            ulong user = (ulong)(i % Users);
            int count = Count(store, user);
            if (count != (Windows / Users) + Busy && !(count == 0 && user < 4))
            {
                throw new InvalidOperationException($"user {user} shows {count} events");
            }
        }
    }
}
