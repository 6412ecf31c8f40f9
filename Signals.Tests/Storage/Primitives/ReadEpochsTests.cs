using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Primitives;

internal sealed class ReadEpochsTests
{
    [Test]
    public void Retire_WhileAReaderIsInside_WaitsForItAlone()
    {
        using ReadEpochs epochs = new();
        Retired first = new();
        Retired second = new();
        int early = epochs.Enter();
        epochs.Retire(first);
        int late = epochs.Enter(); // entered after the first was unlinked: cannot hold it
        epochs.Retire(second);
        Assert.That((first.Disposals, second.Disposals, epochs.PendingCount), Is.EqualTo((0, 0, 2)));
        epochs.Exit(early);
        epochs.Collect();
        Assert.That((first.Disposals, second.Disposals), Is.EqualTo((1, 0)));
        epochs.Exit(late);
        epochs.Collect();
        Assert.That((second.Disposals, epochs.PendingCount), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Dispose_WithRetiredLeft_DisposesEachOnce()
    {
        Retired left = new();
        ReadEpochs epochs = new();
        int slot = epochs.Enter();
        epochs.Retire(left);
        epochs.Exit(slot);
        epochs.Dispose();
        epochs.Dispose();
        Assert.That(left.Disposals, Is.EqualTo(1));
    }

    [Test]
    public void Enter_MoreReadersThanSlotsOverTime_NeverShowsADisposedObject()
    {
        using ReadEpochs epochs = new();
        Retired current = new();
        int stop = 0;
        long seen = 0;
        Thread[] readers = [.. Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            while (Volatile.Read(ref stop) == 0)
            {
                int slot = epochs.Enter();
                Retired held = Volatile.Read(ref current);
                for (int look = 0; look < 20; look++)
                {
                    Interlocked.Add(ref seen, held.Disposals);
                }

                epochs.Exit(slot);
            }
        }))];
        Array.ForEach(readers, reader => reader.Start());
        List<Retired> all = [];
        for (int i = 0; i < 20_000; i++)
        {
            Retired old = current;
            Volatile.Write(ref current, new Retired());
            all.Add(old);
            epochs.Retire(old);
        }

        Volatile.Write(ref stop, 1);
        Array.ForEach(readers, reader => reader.Join());
        epochs.Collect();
        Assert.That(seen, Is.Zero);
        Assert.That(all.Select(old => old.Disposals), Is.All.EqualTo(1));
    }

    private sealed class Retired : IDisposable
    {
        private int _disposals;

        public int Disposals => Volatile.Read(ref _disposals);

        public void Dispose() => Interlocked.Increment(ref _disposals);
    }
}
