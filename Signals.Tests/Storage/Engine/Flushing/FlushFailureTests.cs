using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Flushing;

/// <summary>A flush that the ingest thread cannot begin: whoever asked for it is told.</summary>
[Category("Fast")]
internal sealed class FlushFailureTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema.EventType("e", type => type.Field<long>("a")));

    [Test]
    public void FlushAsync_IngestThreadCannotEndItsLog_IsRefusedAndNotForgotten()
    {
        SimFileSystem files = new(record: false);
        using SignalStore store = TestStores.Open(
            files, Schema, new ManualTime(TestStores.Start),
            TestStores.Tiny with { Background = true, SyncInterval = TimeSpan.FromHours(1) });
        EventBatch batch = store.CreateBatch("e");
        batch.Add(UserId.From(1UL), TestStores.Start, 1).Set("a", 1L);
        store.Append(batch);
        files.BeforeSync = () =>
        {
            if (Thread.CurrentThread.Name == "signals-ingest")
            {
                throw new IOException("No space left on device");
            }
        };

        Task flushed = store.FlushAsync();
        Assert.That(async () => await flushed.WaitAsync(TimeSpan.FromMinutes(1)), Throws.TypeOf<StorePoisonedException>());
        Assert.That(() => store.FlushAsync().GetAwaiter().GetResult(), Throws.TypeOf<StorePoisonedException>());
    }

    /// <summary>The thread that nobody told: it flushes after a flush of another thread has failed, at whichever step.</summary>
    [Test]
    public async Task Flush_AfterOneThatFailedAtAnyStep_CommitsNothingAndErasuresStay()
    {
        int failed = 0;
        bool isDone = false;
        for (int failAt = 0; !isDone; failAt++)
        {
            SimFileSystem files = new();
            isDone = await FlushWithFault(files, failAt);
            failed += isDone ? 0 : 1;
            using SignalStore again = TestStores.Open(files, Schema, new ManualTime(TestStores.Start));
            await again.FlushAsync();
            using Sequence erased = again.Read(UserId.From(1UL), again.Query("e").Build());
            using Sequence other = again.Read(UserId.From(2UL), again.Query("e").Build());
            Assert.That((erased.Count, other.Count), Is.EqualTo((0, 1)), $"operation {failAt} of the flush failed");
        }

        Assert.That(failed, Is.GreaterThan(10));
    }

    /// <summary>Whether the flush succeeded, because it has fewer operations.</summary>
    private static async Task<bool> FlushWithFault(SimFileSystem files, int failAt)
    {
        SignalStore store = TestStores.Open(files, Schema, new ManualTime(TestStores.Start));
        Append(store, UserId.From(1UL));
        await store.FlushAsync();
        ValueTask<AppendAck> acked = store.EraseAsync(UserId.From(1UL));
        store.Engine.RunPending();
        await acked;
        Append(store, UserId.From(2UL));
        store.Engine.RunPending();
        int operations = files.OperationCount + failAt;
        files.FailAt(operations);
        try
        {
            await store.FlushAsync();
            return files.OperationCount <= operations;
        }
        catch (StoreWorkFailedException)
        {
            Assert.That(store.FirstError, Is.Null);
            return false;
        }
        catch (StorePoisonedException)
        {
            operations = files.OperationCount;
            foreach ((string _, Action turn) in store.Engine.TestTurns)
            {
                Try(turn);
            }

            Assert.That(
                files.Recording().Operations.Skip(operations)
                    .Where(operation => operation.Path.Contains("MANIFEST", StringComparison.Ordinal)), Is.Empty);
            return false;
        }
        finally
        {
            files.FailAt(int.MaxValue);
            store.Engine.Close(abandon: true);
        }
    }

    /// <summary>
    /// What a full disk does to a compaction is told as what it is, with its cause; only where log or manifest fail has the store
    /// failed.
    /// </summary>
    [Test]
    public async Task CompactAsync_AnyOperationFails_SaysWhatHasFailedAndWhy()
    {
        int failed = 0;
        for (int failAt = 0; ; failAt++)
        {
            SimFileSystem files = new();
            SignalStore store = TestStores.Open(files, Schema, new ManualTime(TestStores.Start));
            for (ulong user = 1; user <= 2; user++)
            {
                Append(store, UserId.From(user));
                await store.FlushAsync();
            }

            Append(store, UserId.From(3UL));
            store.Engine.RunPending();
            files.FailAt(files.OperationCount + failAt, forEver: true);
            int before = files.OperationCount;
            try
            {
                await store.CompactAsync();
                bool isDone = files.OperationCount <= before + failAt;
                Assert.That(
                    files.Recording().Operations.Skip(before)
                        .Where(operation => operation.Failed && operation.Kind != SimOperationKind.Delete), Is.Empty,
                    "only what nobody needs any more may fail untold: it is deleted later");
                store.Engine.Close(abandon: true);
                if (isDone)
                {
                    break;
                }
            }
            catch (StoreWorkFailedException error)
            {
                Assert.That(error.InnerException, Is.InstanceOf<FileOperationException>().And.SameAs(store.WorkError));
                Assert.That(store.FirstError, Is.Null);
                failed++;
                store.Engine.Close(abandon: true);
            }
            catch (StorePoisonedException error)
            {
                Assert.That(error.InnerException, Is.InstanceOf<FileOperationException>().And.SameAs(store.FirstError));
                failed++;
                store.Engine.Close(abandon: true);
            }
        }

        Assert.That(failed, Is.GreaterThan(10));
    }

    private static void Try(Action turn)
    {
        try
        {
            turn();
        }
        catch (Exception error) when (error is StorePoisonedException or FileOperationException)
        {
            // Refused; what counts is what it wrote.
        }
    }

    private static void Append(SignalStore store, UserId user)
    {
        EventBatch batch = store.CreateBatch("e");
        batch.Add(user, TestStores.Start, 1).Set("a", 1L);
        store.Append(batch);
    }
}
