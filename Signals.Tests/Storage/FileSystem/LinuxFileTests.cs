using Signals.Bench.Cold;
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

    /// <summary>Each holder deletes the file before it lets go, as writers of segments do.</summary>
    [Test]
    public void Lock_FileIsDeletedByItsHolders_IsNeverHeldByTwo()
    {
        string directory = Directory.CreateTempSubdirectory("signals-lock").FullName;
        string path = Path.Combine(directory, "LOCK");
        LinuxFileSystem files = new();
        int holders = 0;
        int locked = 0;
        long end = Environment.TickCount64 + 60_000; // A holder may be without a processor for as long as others take for all their tries.
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 3_000 || (Volatile.Read(ref locked) < 1_000 && Environment.TickCount64 < end); i++)
            {
                try
                {
                    using IFileLock held = files.Lock(path);
                    Assert.That(Interlocked.Increment(ref holders), Is.EqualTo(1));
                    Assert.That(held.IsHeld);
                    Interlocked.Increment(ref locked);
                    Interlocked.Decrement(ref holders);
                    files.Delete(path);
                }
                catch (StoreLockedException)
                {
                    // Another one has it.
                }
            }
        });
        Assert.That(locked, Is.GreaterThanOrEqualTo(1_000));
        Directory.Delete(directory, recursive: true);
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

    /// <summary>
    /// Pages that were read one after the other would make the system read on, up to 8 MiB on some machines. What a thread made the
    /// device read is in /proc.
    /// </summary>
    [Test]
    public void Read_ScatteredReadsAreExpected_DeviceReadsNoMoreThanIsAskedFor()
    {
        const int Pages = 40;
        const int PageBytes = 4096;
        string directory = Directory.CreateTempSubdirectory("signals-scattered").FullName;
        string path = Path.Combine(directory, "file");
        LinuxFileSystem files = new();
        using (IFile written = files.Open(path, FileOpenMode.CreateNew))
        {
            written.Write(0, new byte[8 << 20]);
            written.Sync();
        }

        using IFile file = files.Open(path, FileOpenMode.Read);
        PageCache.Drop(directory, "");
        byte[] page = new byte[PageBytes];
        long before = DeviceBytes();
        file.ExpectScatteredReads();
        for (int i = 0; i < Pages; i++)
        {
            file.Read((long)i * PageBytes, page);
        }

        long read = DeviceBytes() - before;
        Assume.That(read, Is.Positive, "the files are on a device");
        Assert.That(read, Is.EqualTo(Pages * PageBytes));

        file.BeginRead(4 << 20, 1 << 20);
        Assert.That(DeviceBytes() - before - read, Is.InRange(512 << 10, 1 << 20), "what is asked for ahead is read");
        file.BeginRead(0, 0);
        Assert.That(DeviceBytes() - before - read, Is.LessThanOrEqualTo(1 << 20), "nothing is nothing");
        Directory.Delete(directory, recursive: true);
    }

    private static long DeviceBytes()
    {
        const string Name = "read_bytes:";
        string line = File.ReadLines("/proc/thread-self/io").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        return long.Parse(line[Name.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
