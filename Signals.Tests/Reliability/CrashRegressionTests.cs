using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// One named case for each bug that the crash suites have found: what was promised is there after the crash in which it was lost.
/// </summary>
[Category("Reliability")]
[Parallelizable(ParallelScope.All)]
internal sealed class CrashRegressionTests
{
    private const int Steps = 60;
    private const ulong Seed = 0x51_6E_41;

    /// <summary>A flush put an erasure, or half of a batch, into the manifest before the log had them for good.</summary>
    [Test]
    public void Flush_BeforeTheLogIsSynced_DoesNotOvertakeItsFrames()
    {
        (CrashHistory history, SimRecording run) = CrashWorkload.Record(files => files, Durability.Buffered, Seed, Steps, imports: false);
        CrashCheck check = new(history, files => files);
        for (int cut = 0; cut <= run.Operations.Count; cut++)
        {
            int durable = history.DurableAt(cut);
            Assert.That(check.Verify(run.CrashImage(cut, seed: 0), durable, durable, isKill: false, (ulong)cut), Is.Null, $"cut {cut}");
        }
    }

    /// <summary>After a kill, recovery flushed what it had replayed from frames that were in the page cache alone.</summary>
    [Test]
    public void Recovery_ThatFlushes_DoesNotOvertakeTheFramesItReplays()
    {
        (CrashHistory history, SimRecording run) = CrashWorkload.Record(files => files, Durability.Buffered, Seed, Steps, imports: false);
        CrashCheck check = new(history, files => files);
        for (int cut = 0; cut <= run.Operations.Count; cut++)
        {
            for (ulong seed = 0; seed < 4; seed++)
            {
                Assert.That(
                    check.Verify(run.KillImage(cut), history.AckedAt(cut), history.DurableAt(cut), isKill: true, seed + ((ulong)cut << 8)),
                    Is.Null, $"kill {cut}, seed {seed}");
            }
        }
    }

    /// <summary>
    /// The directory's sync failed after the repaired copy of a torn log got its name: the next open saw a sealed log and trusted it,
    /// and a power cut after that brought the torn one back under a log with frames.
    /// </summary>
    [Test]
    public void Recovery_AfterADirectorySyncFailedInAnother_PublishesTheSealedLogAgain()
    {
        (CrashHistory history, SimRecording run) = CrashWorkload.Record(files => files, Durability.Synced, Seed, steps: 12, imports: false);
        CrashCheck check = new(history, files => files);
        int repairs = 0;
        for (int cut = 1; cut <= run.Operations.Count; cut++)
        {
            if (run.Operations[cut - 1] is not { Kind: SimOperationKind.Write } write
                || !write.Path.EndsWith(".log", StringComparison.Ordinal))
            {
                continue;
            }

            SimFileSystem whole = new(run.KillImage(cut));
            Open(whole, history).Engine.Close(abandon: true);
            List<SimOperation> recovery = [.. whole.Recording().Operations];
            int repair = recovery.FindIndex(operation => operation.Kind == SimOperationKind.Rename && operation.Target == write.Path);
            if (repair < 0)
            {
                continue;
            }

            repairs++;
            SimFileSystem files = new(run.KillImage(cut));
            files.FailAt(repair + 1);
            Assert.That(() => Open(files, history), Throws.InstanceOf<FileOperationException>(), $"cut {cut}");
            for (ulong seed = 0; seed < 32; seed++)
            {
                SimDisk left = files.Recording().KillImage(files.OperationCount);
                Assert.That(
                    check.Verify(left, history.AckedAt(cut), history.DurableAt(cut), isKill: true, seed),
                    Is.Null, $"cut {cut}, seed {seed}");
            }
        }

        Assert.That(repairs, Is.GreaterThan(0));
    }

    private static SignalStore Open(SimFileSystem files, CrashHistory history) => SignalStore.Open(
        files, CrashWorkload.Directory, CrashSchema.Define(), CrashSchema.Options(history.Durability), history.Time);
}
