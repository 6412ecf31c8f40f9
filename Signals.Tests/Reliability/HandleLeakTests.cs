using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability;

/// <summary>Opening and closing again and again costs no file handle, no thread and no native memory, as the system counts them.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class HandleLeakTests
{
    private const int Cycles = 1500;
    private const int CyclesWithThreads = 120;
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

    /// <summary>In a process of its own: the memory of this one changes with what other tests left to the garbage collector.</summary>
    [Test]
    public void OpenClose_ThousandsOfTimes_LeaksNothing([Values] bool withThreads)
    {
        int cycles = TestScale.Of(withThreads ? CyclesWithThreads : Cycles);
        (int code, string said, string errors) = ChildProcess.RunLeak(_path, withThreads, cycles);
        Assert.That(code, Is.Zero, errors);
        (ProcessCounts before, ProcessCounts after) = LeakChild.Parse(said);
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
        LeakChild.Cycle(_path, TestStores.Tiny, 0);
        byte[] current = File.ReadAllBytes(Path.Combine(_path, "CURRENT"));
        File.WriteAllBytes(Path.Combine(_path, "CURRENT"), [1, 2, 3]);
        int before = ProcessCounts.Take().Handles;
        for (int i = 0; i < 300; i++)
        {
            Assert.That(() => LeakChild.Cycle(_path, TestStores.Tiny, i), Throws.InstanceOf<CorruptionException>());
        }

        Assert.That(ProcessCounts.Take().Handles, Is.AtMost(before + HandlesOfTheRuntime));
        File.WriteAllBytes(Path.Combine(_path, "CURRENT"), current);
        LeakChild.Cycle(_path, TestStores.Tiny, 1);
    }
}
