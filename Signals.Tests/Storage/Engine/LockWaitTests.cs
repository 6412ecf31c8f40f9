namespace Signals.Tests.Storage.Engine;

/// <summary>Opening a store that another handle still has open, as the process that is being replaced has it.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LockWaitTests : IDisposable
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));

    private readonly string _path = Directory.CreateTempSubdirectory("signals-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Test]
    public async Task OpenAsync_HolderCloses_OpensThenWithWhatItWrote()
    {
        SignalStore holder = SignalStore.Open(_path, Schema);
        Task<SignalStore> opening = SignalStore.OpenAsync(_path, Schema, Waiting(Timeout.InfiniteTimeSpan));
        EventBatch batch = holder.CreateBatch("view");
        batch.Add(UserId.From(1), TimeProvider.System.GetUtcNow(), 1).Set("n", 1);
        await holder.AppendAsync(batch);
        Assert.That(opening.IsCompleted, Is.False);
        await holder.DisposeAsync();
        await using SignalStore store = await opening.WaitAsync(TimeSpan.FromSeconds(30));
        using Sequence read = store.Read(UserId.From(1), store.Query("view").Last(1).Build());
        Assert.That(read.Count, Is.EqualTo(1));
    }

    [TestCase(0)]
    [TestCase(50)]
    public async Task OpenAsync_HolderStays_IsRefusedNamingProcessAndMachine(int waitMs)
    {
        using SignalStore holder = SignalStore.Open(_path, Schema);
        StoreLockedException error = (await Assert.ThrowsAsync<StoreLockedException>(
            () => SignalStore.OpenAsync(_path, Schema, Waiting(TimeSpan.FromMilliseconds(waitMs)))))!;
        Assert.That(error.Message, Does.Contain(FormattableString.Invariant($"process {Environment.ProcessId} (")));
        Assert.That(error.Message, Does.Contain($" on {Environment.MachineName}").And.Contain("LockWait"));
    }

    [Test]
    public async Task OpenAsync_Cancelled_EndsTheWaitAndTakesNoLock()
    {
        using CancellationTokenSource cancel = new();
        SignalStore holder = SignalStore.Open(_path, Schema);
        Task<SignalStore> opening = SignalStore.OpenAsync(_path, Schema, Waiting(Timeout.InfiniteTimeSpan), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThatAsync(() => opening, Throws.InstanceOf<OperationCanceledException>());
        await holder.DisposeAsync();
        using SignalStore again = SignalStore.Open(_path, Schema);
    }

    /// <summary>As a restored checkpoint replaces a store.</summary>
    [Test]
    public async Task OpenAsync_FolderIsMovedAwayMeanwhile_WaitsForItsReturnAndMakesNoOther()
    {
        SignalStore holder = SignalStore.Open(_path, Schema);
        EventBatch batch = holder.CreateBatch("view");
        batch.Add(UserId.From(1), TimeProvider.System.GetUtcNow(), 1).Set("n", 1);
        await holder.AppendAsync(batch);
        Task<SignalStore> opening = SignalStore.OpenAsync(_path, Schema, Waiting(Timeout.InfiniteTimeSpan));
        await Task.Delay(500); // It has met the lock.
        Directory.Move(_path, _path + ".away");
        await holder.DisposeAsync();
        await Task.Delay(500);
        Assert.That(Directory.Exists(_path), Is.False);
        Directory.Move(_path + ".away", _path);
        await using SignalStore store = await opening.WaitAsync(TimeSpan.FromSeconds(30));
        using Sequence read = store.Read(UserId.From(1), store.Query("view").Last(1).Build());
        Assert.That(read.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task OpenAsync_AnotherError_IsNotWaitedFor()
    {
        using (SignalStore.Open(_path, Schema))
        {
        }

        StoreSchema other = StoreSchema.Define(s => s.EventType("view", t => t.Field<float>("n")));
        await Assert.ThatAsync(
            () => SignalStore.OpenAsync(_path, other, Waiting(Timeout.InfiniteTimeSpan)), Throws.InstanceOf<SchemaMismatchException>());
        Assert.That(new StoreOptions { LockWait = TimeSpan.FromDays(-1) }.GetErrors(), Has.One.Contains("LockWait"));
    }

    private static StoreOptions Waiting(TimeSpan wait) => new() { LockWait = wait, MemTableBytes = 1 << 20, LogBytes = 4 << 20 };
}
