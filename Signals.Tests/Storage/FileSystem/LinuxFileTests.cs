using Signals.Storage.FileSystem;
using Signals.Tests.Reliability;

namespace Signals.Tests.Storage.FileSystem;

/// <summary>What a device refuses comes back as a typed error that names it, and nothing but an ordinary file is opened.</summary>
[Category("Fast")]
[Platform("Linux")]
internal sealed class LinuxFileTests
{
    [Test]
    public void Write_FullDevice_NamesTheError()
    {
        using IFile file = new LinuxFileSystem().Open("/dev/full", FileOpenMode.ReadWrite);
        var error = Assert.Throws<FileOperationException>(() => file.Write(0, new byte[10], new byte[10]));
        Assert.That(error!.Operation, Is.EqualTo("pwritev"));
        Assert.That(error.Path, Is.EqualTo("/dev/full"));
        Assert.That(error.Error, Does.StartWith("ENOSPC ("));
    }

    [Test]
    public void Sync_DeviceThatCannot_IsNotSwallowed()
    {
        // The base class library reports success here.
        using IFile file = new LinuxFileSystem().Open("/dev/full", FileOpenMode.ReadWrite);
        var error = Assert.Throws<FileOperationException>(file.Sync);
        Assert.That(error!.Message, Does.Contain("fdatasync of '/dev/full' failed: EINVAL ("));
    }

    [Test]
    public void SyncDirectory_OfAFile_IsRefused() =>
        Assert.That(() => new LinuxFileSystem().SyncDirectory("/dev/full"), Throws.InstanceOf<FileOperationException>()
            .With.Message.Contain("ENOTDIR"));

    [Test]
    public void Open_ForeignDevice_IsRefused() =>
        Assert.That(() => new LinuxFileSystem().Open("/dev/null", FileOpenMode.ReadForeign), Throws.InstanceOf<FileOperationException>()
            .With.Message.Contain("a device"));

    [Test]
    [CancelAfter(30_000)]
    public void Open_ForeignPipeWithoutWriter_IsRefusedWithoutWaiting()
    {
        string directory = Directory.CreateTempSubdirectory("signals-pipe").FullName;
        string pipe = Path.Combine(directory, "pipe");
        WatchedProcess.Run("mkfifo", pipe);
        Assert.That(() => new LinuxFileSystem().Open(pipe, FileOpenMode.ReadForeign), Throws.InstanceOf<FileOperationException>()
            .With.Message.Contain("a pipe"));
        Directory.Delete(directory, recursive: true);
    }
}
