using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability;

/// <summary>Opening and closing again and again costs no file handle, no thread and no native memory, as the system counts them.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class HandleLeakTests
{
    private const int Cycles = 1500;
    private const int CyclesWithThreads = 120;
    private const int Warmup = 40;
    private const int HandlesOfTheRuntime = 6;

    /// <summary>What heap and runtime may take meanwhile; a leak of each cycle's memtable alone would be more.</summary>
    private const long Slack = 48 << 20;

    private string _path = null!;

    [SetUp]
    public void SetUp()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("Handles and memory are counted by /proc, which is Linux's.");
        }

        // In memory where there is such a file system: thousands of cycles are thousands of syncs.
        string root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        _path = Directory.CreateDirectory(Path.Combine(root, $"signals-leak-{Guid.NewGuid():N}")).FullName;
    }

    [TearDown]
    public void TearDown()
    {
        if (_path is not null)
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    [Test]
    public void OpenClose_ThousandsOfTimes_LeaksNothing([Values] bool withThreads)
    {
        int cycles = TestScale.Of(withThreads ? CyclesWithThreads : Cycles);
        EngineOptions options =
            TestStores.Tiny with { Durability = Durability.Buffered, Background = withThreads, MemTableBytes = 256 << 10 };
        for (int i = 0; i < Warmup; i++)
        {
            Cycle(options, i);
        }

        ProcessCounts before = ProcessCounts.Take();
        for (int i = Warmup; i < Warmup + cycles; i++)
        {
            Cycle(options, i);
        }

        ProcessCounts after = ProcessCounts.Take();
        TestContext.Out.WriteLine(
            $"{cycles} cycles: handles {before.Handles} to {after.Handles}, threads {before.Threads} to {after.Threads}, "
                + $"native memory {before.NativeBytes >> 20} to {after.NativeBytes >> 20} MiB");
        Assert.That(after.Handles, Is.AtMost(before.Handles + HandlesOfTheRuntime));
        Assert.That(after.Threads, Is.AtMost(before.Threads + HandlesOfTheRuntime));
        Assert.That(after.NativeBytes, Is.AtMost(before.NativeBytes + Slack));
    }

    [Test]
    public void Open_ThatFails_LeaksNoHandle()
    {
        Cycle(TestStores.Tiny, 0);
        byte[] current = File.ReadAllBytes(Path.Combine(_path, "CURRENT"));
        File.WriteAllBytes(Path.Combine(_path, "CURRENT"), [1, 2, 3]);
        int before = ProcessCounts.Take().Handles;
        for (int i = 0; i < 300; i++)
        {
            Assert.That(() => Cycle(TestStores.Tiny, i), Throws.InstanceOf<CorruptionException>());
        }

        Assert.That(ProcessCounts.Take().Handles, Is.AtMost(before + HandlesOfTheRuntime));
        File.WriteAllBytes(Path.Combine(_path, "CURRENT"), current);
        Cycle(TestStores.Tiny, 1);
    }

    /// <summary>Opens, appends, reads, closes twice; every tenth time the store is abandoned as by a crash.</summary>
    private void Cycle(EngineOptions options, int number)
    {
        SignalStore store = SignalStore.Open(FileSystems.ForThisMachine(), _path, RoundTripSchema.Define(), options, TimeProvider.System);
        EventBatch batch = store.CreateBatch(RoundTripSchema.EventType, 1);
        batch.Add(UserId.From((ulong)number % 50 + 1), TestStores.Start + number, 1).Set("n", number);
        store.Append(batch);
        store.Engine.Close(abandon: number % 10 == 9);
        store.Dispose();
        Assert.That(() => store.Append(batch), Throws.InstanceOf<ObjectDisposedException>());
    }
}
