using CsCheck;
using Signals.Storage.FileSystem;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Wal;

/// <summary>
/// A log gives back what was appended, refuses everything after a failed write or sync, and is not taken for another one.
/// </summary>
internal sealed class LogTests
{
    private const string File = "d/000007.log";
    private const ulong Number = 7;
    private const int FixedSize = 8192;

    [Test]
    public void Replay_AnyPayloads_GivesThemBack() =>
        Gen.Byte.Array[1, 5000].Array[0, 12].Select(Gen.Bool, Gen.Bool).Sample((payloads, grows, seals) =>
        {
            SimFileSystem files = Mounted();
            using (LogWriter log = LogWriter.Create(files, File, Number, 40, grows ? 0 : 65536))
            {
                for (int i = 0; i < payloads.Length; i++)
                {
                    log.Append(payloads[i], new(i * 10));
                }

                if (seals)
                {
                    log.Seal();
                }
            }

            List<byte[]> found = Replay(files, out LogReplay replay, first: 40);
            Assert.That(found, Is.EqualTo(payloads));
            Assert.That(replay.Entries, Is.EqualTo(payloads.Length));
            Assert.That(replay.NextSequence, Is.EqualTo(40 + (ulong)payloads.Length + (seals ? 1UL : 0)));
            Assert.That(replay.LastPosition.Value, Is.EqualTo(payloads.Length == 0 ? 0 : (payloads.Length - 1) * 10));
            Assert.That(replay.Sealed, Is.EqualTo(seals));
            Assert.That(replay.Torn, Is.False);
        }, iter: 200);

    [Test]
    public void Replay_EntryLargerThanTheWindow_IsWhole()
    {
        byte[] payload = new byte[3 << 20];
        new Random(1).NextBytes(payload);
        SimFileSystem files = Mounted();
        using LogWriter log = LogWriter.Create(files, File, Number, 1, 0);
        log.Append([1], new(1));
        log.Append(payload, new(2));
        log.Append([2], new(3));
        Assert.That(Replay(files, out _)[1], Is.EqualTo(payload));
    }

    [Test]
    public void HasRoom_FixedLog_KeepsRoomForTheSeal()
    {
        SimFileSystem files = Mounted();
        using LogWriter log = LogWriter.Create(files, File, Number, 1, FixedSize);
        while (log.HasRoom(100))
        {
            log.Append(new byte[100], new(0));
        }

        Assert.That(() => log.Append(new byte[100], new(0)), Throws.InvalidOperationException);
        log.Seal();
        Assert.That(Length(files), Is.EqualTo(FixedSize));
        Assert.That(() => log.Append([1], new(0)), Throws.InvalidOperationException);
        Replay(files, out LogReplay replay);
        Assert.That(replay.Sealed);
    }

    [Test]
    public void Append_SteadyState_AllocatesNothing()
    {
        string directory = Directory.CreateTempSubdirectory("signals-log").FullName;
        try
        {
            byte[] payload = new byte[4096];
            using LogWriter log = LogWriter.Create(FileSystems.ForThisMachine(), Path.Combine(directory, "1.log"), 1, 1, 1 << 20);
            log.Append(payload, new(0));
            log.Sync();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                log.Append(payload, new(i));
            }

            log.Sync();
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    public void Sync_Failed_RefusesEverythingAfterIt()
    {
        SimFileSystem files = Mounted();
        using LogWriter log = LogWriter.Create(files, File, Number, 1, FixedSize);
        log.Append([1], new(0));
        files.FailAt(files.OperationCount);
        Assert.That(log.Sync, Throws.InstanceOf<FileOperationException>());
        int operations = files.OperationCount;
        Assert.That(log.Sync, Throws.InstanceOf<FileOperationException>());
        Assert.That(() => log.Append([2], new(0)), Throws.InstanceOf<FileOperationException>());
        Assert.That(files.OperationCount, Is.EqualTo(operations), "the system was asked again");
        Assert.That(log.SyncedOffset, Is.EqualTo(LogFormat.HeaderBytes));
    }

    [Test]
    public void Sync_WhileAnotherFails_FailsToo()
    {
        SimFileSystem files = Mounted();
        using LogWriter log = LogWriter.Create(files, File, Number, 1, FixedSize);
        log.Append([1], new(0));
        using var inside = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        int calls = 0;
        files.BeforeSync = () =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                inside.Set();
                second.Wait(TimeSpan.FromMilliseconds(100)); // the second caller comes in here when nothing holds it back
                throw new FileOperationException("fdatasync", File, "lost");
            }

            second.Set();
        };
        Task first = Task.Run(log.Sync);
        inside.Wait();
        Assert.That(log.Sync, Throws.InstanceOf<FileOperationException>());
        Assert.That(async () => await first, Throws.InstanceOf<FileOperationException>());
        Assert.That(calls, Is.EqualTo(1));
    }

    [Test]
    public void Append_Failed_RefusesEverythingAfterIt()
    {
        SimFileSystem files = Mounted();
        using LogWriter log = LogWriter.Create(files, File, Number, 1, FixedSize);
        files.FailAt(files.OperationCount);
        FileOperationException first = Assert.Throws<FileOperationException>(() => log.Append([1], new(0)))!;
        Assert.That(
            log.Sync,
            Throws.InstanceOf<FileOperationException>().With.InnerException.SameAs(first).And.Message.Contains(first.Message));
    }

    [Test]
    public void Replay_OtherNumberOrSequence_IsRefused()
    {
        SimFileSystem files = Mounted();
        using LogWriter log = LogWriter.Create(files, File, Number, 5, FixedSize);
        log.Append([1], new(0));
        Assert.That(() => LogReader.Replay(files, File, 8, 0, true, (_, _) => { }), Throws.InstanceOf<CorruptionException>());
        Assert.That(() => LogReader.Replay(files, File, Number, 4, true, (_, _) => { }), Throws.InstanceOf<CorruptionException>());
    }

    [Test]
    public void Replay_UnsealedLogThatIsNotLast_IsRefused()
    {
        SimFileSystem files = Mounted();
        using LogWriter log = LogWriter.Create(files, File, Number, 1, FixedSize);
        log.Append([1], new(0));
        log.Sync();
        Assert.That(() => LogReader.Replay(files, File, Number, 1, false, (_, _) => { }), Throws.InstanceOf<CorruptionException>());
        log.Seal();
        Assert.That(LogReader.Replay(files, File, Number, 1, false, (_, _) => { }).Sealed);
    }

    [Test]
    public void IsEmpty_PreparedThenWritten_TellsThemApart()
    {
        SimFileSystem files = Mounted();
        LogWriter.Prepare(files, File, Number, FixedSize);
        Assert.That(LogReader.IsEmpty(files, File, Number));
        using LogWriter log = LogWriter.Open(files, File, Number, 1);
        log.Append([0], new(0));
        Assert.That(LogReader.IsEmpty(files, File, Number), Is.False);
    }

    [Test]
    public void Prepare_AfterACrashedOne_ReplacesItsLeftover()
    {
        SimFileSystem files = Mounted();
        files.FailAt(files.OperationCount + 2);
        Assert.That(() => LogWriter.Prepare(files, File, Number, FixedSize), Throws.InstanceOf<FileOperationException>());
        LogWriter.Prepare(files, File, Number, FixedSize);
        Assert.That(LogReader.IsEmpty(files, File, Number));
    }

    private static SimFileSystem Mounted()
    {
        var files = new SimFileSystem();
        files.CreateDirectory("d");
        return files;
    }

    private static List<byte[]> Replay(SimFileSystem files, out LogReplay replay, ulong first = 1)
    {
        var payloads = new List<byte[]>();
        replay = LogReader.Replay(files, File, Number, first, true, (payload, _) => payloads.Add(payload.ToArray()));
        return payloads;
    }

    private static long Length(SimFileSystem files)
    {
        using IFile file = files.Open(File, FileOpenMode.Read);
        return file.Length;
    }
}
