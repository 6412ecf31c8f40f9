using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.FileSystem;

/// <summary>Who holds a lock, without touching it; and a file system that changes nothing.</summary>
[Category("Fast")]
internal sealed class LockHolderTests
{
    private static readonly FileIdentity Device = new((0xfeUL << 32) | 0x1, 11854669);

    [TestCase("2: FLOCK  ADVISORY  WRITE 20115 fe:01:11854669 0 EOF", true)]
    [TestCase("12: FLOCK  ADVISORY  WRITE 77 fe:02:11854669 0 EOF", true, Description = "another device, but the process that is named")]
    [TestCase("12: FLOCK  ADVISORY  WRITE 78 fe:02:11854669 0 EOF", false)]
    [TestCase("2: FLOCK  ADVISORY  WRITE 77 fe:01:11854668 0 EOF", false)]
    [TestCase("2: FLOCK  ADVISORY  READ 77 fe:01:11854669 0 EOF", false)]
    [TestCase("2: POSIX  ADVISORY  WRITE 77 fe:01:11854669 0 EOF", false)]
    [TestCase("2: -> FLOCK  ADVISORY  WRITE 77 fe:01:11854669 0 EOF", false, Description = "it waits for the lock")]
    [TestCase("", false)]
    public void IsHold_ALineOfTheSystem_IsReadAsItIsMeant(string line, bool isHold) =>
        Assert.That(LockHolder.IsHold(line, Device, "process 77 (orders) on shop-1"), Is.EqualTo(isHold));

    [Test]
    public void FindWriter_WhileAProcessHasTheStore_NamesItsNumberAndMachine()
    {
        string folder = Directory.CreateTempSubdirectory("signals-").FullName;
        try
        {
            Assert.That(SignalStore.FindWriter(folder), Is.Null);
            StoreSchema schema = StoreSchema.Define(schema => schema.EventType("view", type => type.Field<int>("n")));
            using (SignalStore.Open(folder, schema))
            {
                string? writer = SignalStore.FindWriter(folder);
                Assert.That(writer, OperatingSystem.IsLinux() ? Is.EqualTo(LockOwner.Describe()) : Is.Null.Or.EqualTo("another process"));
                StoreLockedException refusal = Assert.Throws<StoreLockedException>(() => SignalStore.Open(folder, schema))!;
                Assert.That(refusal.Message, Does.Contain($"process {Environment.ProcessId} (").And.Contain(Environment.MachineName));
            }

            Assert.That(SignalStore.FindWriter(folder), Is.Null, "a closed store has no writer, although the file names one");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void ReadOnlyFileSystem_AnyChange_IsRefusedBeforeTheDisk()
    {
        SimFileSystem disk = new();
        disk.CreateDirectory("/a");
        disk.Open("/a/b", FileOpenMode.CreateNew).Dispose();
        int before = disk.OperationCount;
        ReadOnlyFileSystem files = new(disk);
        Action[] changes =
        [
            () => files.Open("/a/c", FileOpenMode.CreateNew),
            () => files.Open("/a/b", FileOpenMode.ReadWrite),
            () => files.CreateDirectory("/c"),
            () => files.Rename("/a/b", "/a/c"),
            () => files.TryLink("/a/b", "/a/c"),
            () => files.Delete("/a/b"),
            () => files.RenameDirectory("/a", "/c"),
            () => files.DeleteDirectory("/a"),
            () => files.SyncDirectory("/a"),
            () => files.Lock("/a/LOCK"),
        ];
        foreach (Action change in changes)
        {
            Assert.That(() => change(), Throws.TypeOf<InvalidOperationException>().With.Message.Contains("read-only"));
        }

        Assert.That(disk.OperationCount, Is.EqualTo(before));
        Assert.That(files.ListFiles("/a"), Is.EqualTo(new[] { "b" }));
    }
}
