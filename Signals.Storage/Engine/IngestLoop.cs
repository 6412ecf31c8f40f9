using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage.History;
using Signals.Storage.Primitives;
using Signals.Storage.Telemetry;

namespace Signals.Storage.Engine;

/// <summary>
/// Moves what producers published from the ring to the log, then to the memtable, then acknowledges it: one run of
/// records is one log frame, written without a copy, and with <see cref="Durability.Synced"/> one sync for all of them.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread alone. Order matters: nothing is visible before the log has it, nothing is
/// acknowledged before it is visible.
/// </remarks>
internal sealed class IngestLoop(
    ByteRing ring,
    LogStream? log,
    ulong firstLog,
    RecordApplier applier,
    MemTableSet memTables,
    AckQueue acks,
    FreezeRequests freezes,
    FailStop failStop,
    FreshnessSampler freshness,
    EngineOptions options,
    long basePosition,
    CommitGate? gate = null)
{
    private const int IdleWaitMs = 100;

    private long _applied = acks.Acknowledged;

    /// <summary>Without logs the empty one that marks where they would begin.</summary>
    private ulong CurrentLog => log?.CurrentNumber ?? firstLog;

    /// <summary>Handles a request to freeze or one run of records; false when there was neither. Requests go first, or a full ring would starve them.</summary>
    public bool RunOnce()
    {
        if (freezes.TryTake(out TaskCompletionSource request))
        {
            Answer(request);
            return true;
        }

        return DrainOnce();
    }

    /// <summary>Handles one run of records; false when nothing is published.</summary>
    public bool DrainOnce()
    {
        if (ring.TryPeekRun(options.MaxRunBytes, out RingRun run))
        {
            Handle(run);
            return true;
        }

        // An aborted claim at the end is passed over without a run, yet someone may wait for the position after it.
        long consumed = basePosition + ring.ConsumedPosition;
        if (consumed > acks.Acknowledged)
        {
            acks.Advance(consumed);
        }

        return false;
    }

    /// <summary>Runs until the ring is closed and empty, or the store has failed.</summary>
    public void Run()
    {
        while (!ring.IsDrained && failStop.Error is null)
        {
            if (!RunOnce())
            {
                ring.WaitForData(IdleWaitMs);
            }
        }
    }

    /// <summary>
    /// Freezes the active memtable if it holds anything that no table or edit does, or if the log still shows what they hold: after
    /// the flush nothing is left in logs, which is what makes an erased user's events go.
    /// </summary>
    public void FreezeActive()
    {
        if (memTables.Active.Rows > 0 || applier.HasUnsaved || log is { HasFrames: true } || memTables.Active.FirstLog != CurrentLog)
        {
            log?.Rotate();
            applier.Freeze(_applied, CurrentLog);
        }
    }

    /// <summary>A request that was taken is among those that wait no more: when the next log cannot be made, nobody else fails it.</summary>
    private void Answer(TaskCompletionSource request)
    {
        try
        {
            FreezeActive();
        }
        catch (Exception error)
        {
            request.SetException(new StorePoisonedException(error));
            throw;
        }

        request.SetResult();
    }

    private void Handle(in RingRun run)
    {
        long end = basePosition + run.EndPosition;
        log?.Append(run.Bytes, end);
        if (options.Durability == Durability.Synced)
        {
            log!.Sync();
        }

        // After the write and before anybody is told: whoever takes the store from now on reads the frame.
        failStop.RequireWritable();
        Apply(run.Bytes, end);
        _applied = end;
        ring.Release(run);
        acks.Advance(end);
        freshness.Visible(end);
    }

    private void Apply(ReadOnlySpan<byte> records, long end)
    {
        if (gate is null)
        {
            applier.Apply(records, _applied, CurrentLog);
            return;
        }

        gate.BeginApply(end);
        try
        {
            applier.Apply(records, _applied, CurrentLog);
        }
        catch (Exception error)
        {
            gate.Break(error);
            throw;
        }

        gate.EndApply();
    }
}
