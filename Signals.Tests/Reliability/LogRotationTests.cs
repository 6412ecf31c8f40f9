using System.Buffers.Binary;
using Signals.Storage.Engine.Context;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>The log stream when one thread appends and rotates while another syncs and prepares.</summary>
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
        using LogStream log = new(new StoreFolder(files, Folder), new FileNumbers(1), 8 << 10, 8 << 10, new FailStop());
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
                log.Append(payload.AsSpan(0, 4 + random.Below(296)), i + 1);
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
                Assert.That(position, Is.EqualTo(found.Count));
            });
            Assert.That(replay.Sealed);
            expected = replay.NextSequence;
        }

        return found;
    }
}
