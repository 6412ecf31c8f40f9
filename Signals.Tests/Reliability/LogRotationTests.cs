using System.Buffers.Binary;
using Signals.Storage.Engine.Context;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// The log stream while one thread appends and rotates and another syncs and prepares: what was appended is there, in order and without
/// a gap.
/// </summary>
[Category("Reliability")]
internal sealed class LogRotationTests
{
    private const string Folder = "/logs";
    private const int Frames = 4000;

    [Test]
    public void Rotate_WhileAnotherThreadSyncsAndPrepares_LeavesOneStreamWithoutAGap()
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory(Folder);
        SimRandom random = new(0x10_67);
        using LogStream log = new(new StoreFolder(files, Folder), new FileNumbers(1), 8 << 10, 8 << 10, 8 << 10, new FailStop());
        log.Start(unused: 0, firstSequence: 1);
        int done = 0;
        Task background = Task.Run(() =>
        {
            while (Volatile.Read(ref done) == 0)
            {
                log.SyncWritten();
                log.PrepareNext();
            }
        });
        byte[] payload = new byte[300];
        try
        {
            for (int i = 0; i < Frames; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(payload, i);
                log.Append(payload.AsSpan(0, 4 + random.Below(296)), new(i + 1));
                if (random.Below(5) == 0)
                {
                    log.Rotate();
                    Assert.That(log.HasEntries, Is.False);
                }
            }
        }
        finally
        {
            Volatile.Write(ref done, 1);
            background.GetAwaiter().GetResult();
        }

        log.Seal();
        Assert.That(ReplayAll(files, log.CurrentNumber), Is.EqualTo(Enumerable.Range(0, Frames)));
    }

    [Test]
    public void Append_EntryLargerThanTheFirstLog_GoesIntoTheNextOne([Values(0, 1)] int smallOnes)
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory(Folder);
        using LogStream log = new(
            new StoreFolder(files, Folder), new FileNumbers(1), LogFormat.EmptyBytes + 100, 16 << 10, 64 << 10, new FailStop());
        log.Start(unused: 0, firstSequence: 1);
        byte[] payload = new byte[8 << 10];
        for (int i = 0; i < smallOnes + 3; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(payload, i);
            log.Append(payload.AsSpan(0, i < smallOnes ? 8 : payload.Length), new(i + 1));
        }

        log.Seal();
        Assert.That(ReplayAll(files, log.CurrentNumber), Is.EqualTo(Enumerable.Range(0, smallOnes + 3)));
    }

    /// <summary>The log may be in the folder all the same. No later log may follow it, because it has no seal.</summary>
    [Test]
    public void Append_PreparingTheNextLogFailed_BeginsNoOther()
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory(Folder);
        FailStop failStop = new();
        using LogStream log = new(new StoreFolder(files, Folder), new FileNumbers(1), 8 << 10, 8 << 10, 8 << 10, failStop);
        log.Start(unused: 0, firstSequence: 1);
        byte[] payload = new byte[1000];
        int appended = 0;
        for (; appended < 3; appended++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(payload, appended);
            log.Append(payload, new(appended + 1));
        }

        files.Refuses = operation => operation.Kind == SimOperationKind.SyncDirectory;
        Assert.Throws<FileOperationException>(log.PrepareNext);
        files.Refuses = null;
        Assert.Throws<StorePoisonedException>(() =>
        {
            for (; appended < 100; appended++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(payload, appended);
                log.Append(payload, new(appended + 1));
            }
        });

        Assert.That(failStop.Error, Is.InstanceOf<FileOperationException>());
        Assert.That(ReplayAll(files, log.CurrentNumber), Is.EqualTo(Enumerable.Range(0, appended)));
    }

    private static List<int> ReplayAll(SimFileSystem files, ulong last)
    {
        List<int> found = [];
        ulong expected = 1;
        for (ulong number = 1; number <= last; number++)
        {
            LogReplay replay = LogReader.Replay(
                files, Path.Combine(Folder, StoreFiles.Log(number)), number, expected, isLast: number == last, (payload, position) =>
            {
                found.Add(BinaryPrimitives.ReadInt32LittleEndian(payload));
                Assert.That(position.Value, Is.EqualTo(found.Count));
            });
            Assert.That(replay.Sealed);
            expected = replay.NextSequence;
        }

        return found;
    }
}
