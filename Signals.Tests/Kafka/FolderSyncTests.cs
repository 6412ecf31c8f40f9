using Signals.Kafka.Poison;

namespace Signals.Tests.Kafka;

/// <summary>What makes poison files survive a power cut reports its failures.</summary>
[Category("Fast")]
internal sealed class FolderSyncTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Sync_AFileAndItsFolder_Succeeds()
    {
        using FileStream file = new(Path.Combine(_folder, "file"), FileMode.CreateNew);
        file.Write([1, 2, 3]);
        Assert.That(() => FolderSync.SyncFile(file), Throws.Nothing);
        Assert.That(new FileInfo(file.Name).Length, Is.EqualTo(3), "what was written is out of the stream's buffer");
        Assert.That(() => FolderSync.SyncFolder(_folder), Throws.Nothing);
    }

    [Test]
    public void SyncFolder_ThatIsNotThere_ThrowsNamingIt()
    {
        RequireLinux();
        string gone = Path.Combine(_folder, "gone");
        Assert.That(
            () => FolderSync.SyncFolder(gone),
            Throws.TypeOf<IOException>().With.Message.StartsWith($"Could not open '{gone}': No such file"));
    }

    /// <summary>The null device is a file that cannot be synced. The library's own call would not say so.</summary>
    [Test]
    public void SyncFile_TheSystemRefuses_ThrowsNamingIt()
    {
        RequireLinux();
        using FileStream device = new("/dev/null", FileMode.Open, FileAccess.Write);
        Assert.That(() => device.Flush(flushToDisk: true), Throws.Nothing);
        Assert.That(
            () => FolderSync.SyncFile(device),
            Throws.TypeOf<IOException>().With.Message.StartsWith("Could not sync '/dev/null': Invalid"));
    }

    [Test]
    public void SyncFolder_TheSystemRefuses_ThrowsNamingIt()
    {
        RequireLinux();
        Assert.That(() => FolderSync.SyncFolder("/dev/null"), Throws.TypeOf<IOException>().With.Message.Contains("sync '/dev/null'"));
    }

    private static void RequireLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("skipped: only Linux is called directly");
        }
    }
}
