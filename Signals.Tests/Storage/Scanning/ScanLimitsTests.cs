using Signals.Scanning;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Scanning;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Scanning;

/// <summary>Scans at their limits: asked again after the end, erased, closed and disposed in the middle, gone on with in parts.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ScanLimitsTests : IDisposable
{
    private readonly SignalStore _store = ScanStore.Open(new SimFileSystem(record: false));

    private static ScanOptions Absent { get; } =
        new() { Users = [.. Enumerable.Range(10_000, 3_000).Select(user => UserId.From((ulong)user))] };

    private static ScanOptions Between { get; } = new()
    {
        From = DateTimeOffset.FromUnixTimeMilliseconds(ScanStore.TimeOf(10)),
        To = DateTimeOffset.FromUnixTimeMilliseconds(ScanStore.TimeOf(30)),
    };

    public void Dispose() => _store.Dispose();

    /// <summary>A page of a directory has 128 users. Behind its end the cursor must not begin at its front again.</summary>
    [Test]
    public async Task TryNext_AfterTheEndOfWholePages_GivesNoUserTwice(
        [Values(127, 128, 256)] int users, [Values] SequenceOrder order, [Values] bool bounded)
    {
        await AppendUsers(users);
        using EventScan scan = Scan(new ScanOptions
        {
            Columns = ["n"],
            Order = order,
            ToUser = bounded ? UserId.From((ulong)users + 1) : null,
        });
        Assert.That(ScanStore.Rest(scan), Has.Count.EqualTo(2 * users));
        Assert.That(scan.TryNext(out _), Is.False);
        Assert.That(scan.TryNext(out _), Is.False);
        Assert.That(scan.Rows, Is.EqualTo(2 * users));
    }

    [Test]
    public async Task TryNext_UserErasedInTheMiddle_GivesNoMoreOfTheUser([Values] SequenceOrder order, [Values] bool flushed)
    {
        ScanStore.Append(_store, 1, Enumerable.Range(0, 20));
        ScanStore.Append(_store, 2, Enumerable.Range(0, 3));
        if (flushed)
        {
            await _store.FlushAsync();
        }

        using EventScan scan = Scan(new ScanOptions { Columns = ["n"], BatchRows = 5, Order = order });
        Assert.That(scan.TryNext(out ScanBatch first));
        Assert.That(first.Users.ContainsAnyExcept(UserId.From(1)), Is.False);

        ValueTask<AppendAck> erased = _store.EraseAsync(UserId.From(1));
        _store.Engine.RunPending();
        await erased;
        Assert.That(ScanStore.Rest(scan).Select(row => row.User), Is.EqualTo((ulong[])[2, 2, 2]));
    }

    /// <summary>An erasure up to a time in the middle of the user leaves the events after it, each once.</summary>
    [Test]
    public async Task TryNext_UserErasedInPart_GoesOnBehindTheLastEvent([Values] SequenceOrder order)
    {
        ScanStore.Append(_store, 1, Enumerable.Range(0, 20));
        await _store.FlushAsync();
        using EventScan scan = Scan(new ScanOptions { Columns = ["n"], BatchRows = 5, Order = order });
        Assert.That(scan.TryNext(out _));

        PinnedView now = _store.Engine.PinForScan(_store.Schema["e"]);
        now.Erasures.Add(UserId.From(1), ScanStore.TimeOf(7));
        now.Leave();
        int[] rest = order == SequenceOrder.NewestFirst ? [.. Enumerable.Range(8, 7).Reverse()] : [.. Enumerable.Range(8, 12)];
        Assert.That(ScanStore.Rest(scan).Select(row => row.N), Is.EqualTo(rest));
    }

    /// <summary>What was retired is freed, and the store can close, while one call goes through thousands of users in vain.</summary>
    [Test]
    public async Task Fill_FindsNothingForLong_Pauses([Values] bool absent)
    {
        await AppendUsers(3_000);
        ScanPlan plan = ScanPlan.Create(_store.Schema, "e", absent ? Absent : Between);
        PinnedView view = _store.Engine.PinForScan(plan.EventType);
        BatchFiller? filler = null;
        int stays = 0;
        for (bool isPaused = true; isPaused; stays++)
        {
            using EpochScope inside = view.Enter();
            filler ??= new BatchFiller(plan, view, new ScanBuffer(plan.Query));
            Assert.That(filler.Fill(out isPaused, CancellationToken.None), Is.False);
        }

        view.Leave();
        Assert.That(stays, Is.EqualTo(3));
    }

    [Test]
    public async Task TryNext_EventsBehindManyUsersInVain_GivesThem([Values] SequenceOrder order)
    {
        await AppendUsers(3_000);
        ScanStore.Append(_store, 2_999, 1, 20, 50);
        IEnumerable<int> users = Enumerable.Range(2_999, 4_000);
        using EventScan some = Scan(
            new ScanOptions { Columns = ["n"], Order = order, Users = [.. users.Reverse().Select(user => UserId.From((ulong)user))] });
        Assert.That(ScanStore.Rest(some), Has.Count.EqualTo(7));
        using EventScan between = Scan(
            new ScanOptions { Columns = ["n"], Order = order, From = Between.From, To = Between.To });
        Assert.That(ScanStore.Rest(between), Is.EqualTo(((ulong, int)[])[(2_999, 20)]));
    }

    /// <summary>
    /// A call waits for a place among the readers, which are all taken, while another thread disposes the scan. What the scan kept may be
    /// freed by the time that the call goes on.
    /// </summary>
    [Test]
    public async Task Dispose_WhileTryNextBegins_EndsTheCallWithAnError()
    {
        ScanStore.Append(_store, 1, Enumerable.Range(0, 20));
        EventScan scan = Scan(new ScanOptions { BatchRows = 3 });
        await _store.FlushAsync();
        Assert.That(scan.TryNext(out _));

        IDisposable[] readers = [.. Enumerable.Range(0, 128).Select(_ => _store.Engine.TestHoldRead())];
        Task<bool> call = Task.Factory.StartNew(() => scan.TryNext(out _), TaskCreationOptions.LongRunning);
        WaitForErrorOf<InvalidOperationException>(scan);
        Task dispose = Task.Factory.StartNew(scan.Dispose, TaskCreationOptions.LongRunning);
        WaitForErrorOf<ObjectDisposedException>(scan);
        Array.ForEach(readers, reader => reader.Dispose());

        await dispose;
        Assert.That(async () => await call, Throws.InstanceOf<ObjectDisposedException>());
        _store.Engine.RunPending();
        Assert.That(_store.Engine.Reader.Pinned.Count, Is.Zero);
        _store.Engine.TestContents.View.Epochs.Collect();
        Assert.That(_store.Engine.TestContents.View.Epochs.PendingCount, Is.Zero);
    }

    /// <summary>Closing is past its wait for readers, so nobody would free what is retired now.</summary>
    [Test]
    public void Leave_WhileTheStoreCloses_LeavesThePartsToTheClose()
    {
        using ReadEpochs epochs = new();
        PinnedViews views = new(epochs);
        Counted files = new();
        ReadView now = _store.Engine.TestContents.View.Current;
        PinnedView view = views.Add(new PinnedView(views, now, _store.Schema["e"], files, new ErasureSet(), 0));
        views.Refuse();
        epochs.WaitForReaders();
        view.Leave();
        Assert.That((files.Disposed, epochs.PendingCount), Is.EqualTo((0, 0)));
        views.Free();
        Assert.That(files.Disposed, Is.EqualTo(1));
    }

    [Test]
    public async Task Resume_OfAPart_GivesTheRestOfThePart([Values(0, 1, 3)] int batches)
    {
        await AppendUsers(400);
        List<(ulong, int)> all = [];
        foreach (EventScan part in _store.SplitScan("e", new ScanOptions { Columns = ["n"], BatchRows = 10 }, 4))
        {
            using (part)
            {
                for (int i = 0; i < batches && part.TryNext(out ScanBatch batch); i++)
                {
                    all.AddRange(batch.Users.ToArray().Zip(batch.Field<int>(0).ToArray(), (user, n) => (user.Low, n)));
                }

                using EventScan rest = Scan(
                    new ScanOptions { Columns = ["n"], Resume = part.Token, FromUser = part.FromUser, ToUser = part.ToUser });
                Assert.That(rest.ToUser, Is.EqualTo(part.ToUser));
                all.AddRange(ScanStore.Rest(rest));
            }
        }

        using EventScan whole = Scan(new ScanOptions { Columns = ["n"] });
        Assert.That((whole.FromUser, whole.ToUser), Is.EqualTo((default(UserId), (UserId?)null)));
        Assert.That(all, Is.EqualTo(ScanStore.Rest(whole)));
    }

    [Test]
    public async Task Resume_AtTheLastPossibleTime_GivesAllThatComesAfter()
    {
        ScanStore.Append(_store, 1, Enumerable.Range(0, 10));
        await _store.FlushAsync();
        ScanToken token = new("e", SequenceOrder.NewestFirst, UserId.From(1), long.MaxValue, 0);
        using EventScan scan = Scan(new ScanOptions { Columns = ["n"], Resume = token });
        Assert.That(ScanStore.Rest(scan), Is.EqualTo(ScanStore.Newest([1], 10)));
    }

    // The first batch says what another thread did: another call has begun, or the scan is disposed.
    private static void WaitForErrorOf<T>(EventScan scan)
        where T : Exception
    {
        Assert.That(SpinWait.SpinUntil(IsThrown, TimeSpan.FromSeconds(30)), typeof(T).Name);

        bool IsThrown()
        {
            try
            {
                scan.BufferOf(1);
                return false;
            }
            catch (Exception error) when (error is InvalidOperationException)
            {
                return error.GetType() == typeof(T);
            }
        }
    }

    private EventScan Scan(ScanOptions options) => _store.Scan("e", options);

    // The events of a user are at minutes 0 and 40, so those between are found by a search in the user's rows.
    private async Task AppendUsers(int users)
    {
        EventBatch batch = _store.CreateBatch("e");
        for (int user = 1; user <= users; user++)
        {
            batch.Add(UserId.From((ulong)user), ScanStore.TimeOf(0), 0).Set("n", 0);
            batch.Add(UserId.From((ulong)user), ScanStore.TimeOf(40), 40).Set("n", 40);
            if (batch.Count == 500 || user == users)
            {
                _store.Append(batch);
                _store.Engine.RunPending();
                batch.Clear();
            }
        }

        await _store.FlushAsync();
    }

    private sealed class Counted : IDisposable
    {
        public int Disposed { get; private set; }

        public void Dispose() => Disposed++;
    }
}
