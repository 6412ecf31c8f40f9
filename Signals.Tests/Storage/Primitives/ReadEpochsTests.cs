using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Primitives;

/// <summary>What was retired is disposed once, and not before the last reader that may see it has left.</summary>
[Category("Fast")]
internal sealed class ReadEpochsTests
{
    [Test]
    public void Retire_WhileAReaderIsInside_WaitsForItAlone()
    {
        using ReadEpochs epochs = new();
        Retired first = new();
        Retired second = new();
        EpochHold early = Enter(epochs);
        epochs.Retire(first);
        EpochHold late = Enter(epochs); // entered after the first was unlinked: cannot hold it
        epochs.Retire(second);
        Assert.That((first.Disposals, second.Disposals, epochs.PendingCount), Is.EqualTo((0, 0, 2)));
        early.Leave();
        epochs.Collect();
        Assert.That((first.Disposals, second.Disposals), Is.EqualTo((1, 0)));
        late.Leave();
        epochs.Collect();
        Assert.That((second.Disposals, epochs.PendingCount), Is.EqualTo((Disposals: 1, PendingCount: 0)));
    }

    [Test]
    public void Collect_OneThrows_DisposesTheOthersAndThrowsTheFirstError()
    {
        using ReadEpochs epochs = new();
        Retired before = new();
        Retired after = new();
        EpochHold reader = Enter(epochs);
        epochs.Retire([before, new Failing("first"), new Failing("second"), after]);
        reader.Leave();
        Assert.That(epochs.Collect, Throws.TypeOf<IOException>().With.Message.EqualTo("first"));
        Assert.That((before.Disposals, after.Disposals, epochs.PendingCount), Is.EqualTo((1, 1, 0)));
    }

    [Test]
    public void OwnedResources_SeveralThrow_DisposesEachAndThrowsTheFirstError()
    {
        OwnedResources owned = new();
        Retired first = owned.Add(new Retired());
        owned.Add(new Failing("second"));
        owned.Add(new Failing("first"));
        Assert.That(owned.Dispose, Throws.TypeOf<IOException>().With.Message.EqualTo("first"));
        Assert.That(first.Disposals, Is.EqualTo(1));
    }

    [Test]
    public void Dispose_WithRetiredLeft_DisposesEachOnce()
    {
        Retired left = new();
        ReadEpochs epochs = new();
        EpochHold hold = Enter(epochs);
        epochs.Retire(left);
        hold.Leave();
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
                using (epochs.Enter())
                {
                    Retired held = Volatile.Read(ref current);
                    for (int look = 0; look < 20; look++)
                    {
                        Interlocked.Add(ref seen, held.Disposals);
                    }
                }
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

    [Test]
    public void Leave_AgainAfterAnotherReaderTookTheSlot_LeavesThatOneInside()
    {
        using ReadEpochs epochs = new();
        Retired unlinked = new();
        EpochHold first = Enter(epochs);
        first.Leave();
        EpochHold second = Enter(epochs); // the same thread, so the same slot
        first.Leave();
        epochs.Retire(unlinked);
        Assert.That((second.IsInside, unlinked.Disposals), Is.EqualTo((IsInside: true, Disposals: 0)));
        second.Leave();
        epochs.Collect();
        Assert.That((unlinked.Disposals, epochs.DoubleFreeCount), Is.EqualTo((Disposals: 1, DoubleFreeCount: 0)));
    }

    [Test]
    public void Dispose_ScopeTwice_LeavesTheNextReaderInside()
    {
        using ReadEpochs epochs = new();
        Retired unlinked = new();
        EpochScope first = epochs.Enter();
        first.Dispose();
        EpochHold second = Enter(epochs);
        first.Dispose();
        epochs.Retire(unlinked);
        Assert.That(unlinked.Disposals, Is.Zero);
        second.Leave();
    }

    [Test]
    public void Enter_HoldThatIsInside_Throws()
    {
        using ReadEpochs epochs = new();
        EpochHold hold = Enter(epochs);
        Assert.That(() => hold.Enter(epochs), Throws.InvalidOperationException);
        hold.Leave();
    }

    private static EpochHold Enter(ReadEpochs epochs)
    {
        EpochHold hold = new();
        hold.Enter(epochs);
        return hold;
    }

    private sealed class Retired : IDisposable
    {
        private int _disposals;

        public int Disposals => Volatile.Read(ref _disposals);

        public void Dispose() => Interlocked.Increment(ref _disposals);
    }

    private sealed class Failing(string message) : IDisposable
    {
        public void Dispose() => throw new IOException(message);
    }
}
