using System.Buffers.Binary;
using System.Diagnostics;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Wal;

/// <summary>
/// Power fails after every operation of a run of logs, and again after every operation of the recovery: what was synced is there, in
/// order, without a hole.
/// </summary>
internal sealed class LogPowerCutTests
{
    private const int LogBytes = 8192;

    [Test]
    public void PowerCut_EveryOperation_RecoversAPrefixThatHoldsEverySyncedEntry()
    {
        var files = new SimFileSystem();
        List<(int Operations, int Synced)> acks = Run(files);
        SimRecording run = files.Recording();
        var time = Stopwatch.StartNew();
        int states = 0;
        for (int cut = 0; cut <= run.Operations.Count; cut++)
        {
            int synced = acks.Last(ack => ack.Operations <= cut).Synced;
            for (ulong seed = 0; seed < 48; seed++)
            {
                states += CheckTwice(
                    run.CrashImage(cut, seed < 4 ? seed : (seed * 1_000_003) + (ulong)cut), synced, $"cut {cut}, seed {seed}");
            }

            states += CheckTwice(run.KillImage(cut), synced, $"kill {cut}");
        }

        TestContext.Out.WriteLine($"{states} states in {time.ElapsedMilliseconds} ms, {run.Operations.Count} operations");
    }

    [Test]
    public void PowerCut_AfterAFailedSyncAndARecovery_KeepsWhatTheRecoveryReported([Values] bool failsAtSeal)
    {
        var files = new SimFileSystem();
        files.CreateDirectory("d");
        using (LogWriter log = LogWriter.Create(files, Name(1), 1, 1, LogBytes))
        {
            log.Append(new byte[4], new(1));
            files.FailAt(files.OperationCount + (failsAtSeal ? 2 : 0));
            Assert.That(log.Seal, Throws.InstanceOf<FileOperationException>());
        }

        // The process ends but the machine runs on: the entry is readable, clean and not on the disk.
        var next = new SimFileSystem(files.Recording().KillImage(files.OperationCount));
        int recovered = Recover(next, 1, "first recovery");
        LogReplay first = LogReader.Replay(next, Name(1), 1, 1, true, (_, _) => { });
        Assert.That(first.Sealed);
        SimRecording run = next.Recording();
        for (ulong seed = 0; seed < 50; seed++)
        {
            var cut = new SimFileSystem(run.CrashImage(run.Operations.Count, seed));
            Assert.That(LogReader.Replay(cut, Name(1), 1, 1, false, (_, _) => { }).Entries, Is.EqualTo(recovered));
        }
    }

    // Payload i is the number i, so a replay shows a hole or a phantom by itself.
    private static List<(int Operations, int Synced)> Run(SimFileSystem files)
    {
        files.CreateDirectory("d");
        var random = new SimRandom(11);
        var acks = new List<(int, int)> { (0, 0) };
        var payload = new byte[700];
        int written = 0;
        ulong sequence = 1;
        LogWriter.Prepare(files, Name(1), 1, LogBytes);
        for (ulong number = 1; number <= 3; number++)
        {
            using LogWriter log = LogWriter.Open(files, Name(number), number, sequence);
            LogWriter.Prepare(files, Name(number + 1), number + 1, LogBytes);
            for (int length; log.HasRoom(length = 4 + random.Below(600));)
            {
                BinaryPrimitives.WriteInt32LittleEndian(payload, written++);
                log.Append(payload.AsSpan(0, length), new(written));
                if (random.Below(3) == 0)
                {
                    log.Sync();
                    acks.Add((files.OperationCount, written));
                }
            }

            log.Seal();
            acks.Add((files.OperationCount, written));
            sequence = log.NextSequence;
        }

        return acks;
    }

    private static int CheckTwice(SimDisk image, int synced, string what)
    {
        var files = new SimFileSystem(image);
        int recovered = Recover(files, synced, what);
        SimRecording recovery = files.Recording();
        int count = recovery.Operations.Count;
        for (int cut = 0; cut <= count; cut++)
        {
            // Only what the first recovery reported at its end is promised by it.
            int promised = cut == count ? recovered : synced;
            Recover(new SimFileSystem(recovery.CrashImage(cut, (ulong)cut % 7), record: false), promised, $"{what}, then {cut}");
        }

        return count + 2;
    }

    private static int Recover(SimFileSystem files, int atLeast, string what)
    {
        int next = 0;
        int last = 3;
        while (last > 0 && (!files.FileExists(Name((ulong)last)) || LogReader.IsEmpty(files, Name((ulong)last), (ulong)last)))
        {
            last--;
        }

        ulong sequence = 1;
        for (int number = 1; number <= last; number++)
        {
            string path = Name((ulong)number);
            LogReplay replay = LogReader.Replay(files, path, (ulong)number, sequence, number == last, (payload, position) =>
            {
                Assert.That(BinaryPrimitives.ReadInt32LittleEndian(payload), Is.EqualTo(next++), what);
                Assert.That(position.Value, Is.EqualTo(next), what);
            });
            sequence = number == last ? LogRepair.Seal(files, path, replay).NextSequence : replay.NextSequence;
        }

        Assert.That(next, Is.AtLeast(atLeast), what);
        return next;
    }

    private static string Name(ulong number) => $"d/{number:D6}.log";
}
