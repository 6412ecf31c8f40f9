using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage.Engine.Context;
using Signals.Storage.History;

namespace Signals.Storage.Engine.Ingest;

/// <summary>
/// Moves records from the ring to the log, then to the memtable, then acknowledges them. Records that lie together in the ring become one
/// log entry, written without a copy, and with <see cref="Durability.Synced"/> one sync.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread alone. Invariants: nothing is visible before the log has it, and nothing is acknowledged
/// before it is visible. Lifetime: that of the store.
/// </remarks>
/// <param name="context">The store.</param>
/// <param name="queue">What producers published.</param>
/// <param name="log">The log; null without durability.</param>
/// <param name="firstLog">Without durability the empty log that marks where logs would begin.</param>
/// <param name="applier">Applies the records.</param>
/// <param name="memTables">Where they are applied.</param>
/// <param name="gate">Where exact reads and ingest meet; null when no versions are kept.</param>
internal sealed class IngestLoop(
    StoreContext context,
    IngestQueue queue,
    LogStream? log,
    ulong firstLog,
    RecordApplier applier,
    MemTableSet memTables,
    CommitGate? gate)
{
    private const int IdleWaitMs = 100;

    private readonly ByteRing _ring = queue.Ring;
    private readonly AckQueue _acks = queue.Acks;
    private readonly EngineOptions _options = context.Options;
    private readonly SyncGroup? _syncGroup = context.Options.Durability == Durability.Synced
        ? new SyncGroup(queue.Ring, context.Options.MaxRunBytes)
        : null;

    private StreamPosition _applied = queue.Acks.Acknowledged;

    /// <summary>The log of the next record; without durability the empty log.</summary>
    private ulong CurrentLog => log?.CurrentNumber ?? firstLog;

    /// <summary>
    /// Handles one request to freeze, or the records that lie together in the ring; false when there was neither. Requests come first,
    /// because a ring that is always full would keep them waiting.
    /// </summary>
    public bool RunOnce()
    {
        if (queue.Freezes.TryTake(out TaskCompletionSource request))
        {
            Answer(request);
            return true;
        }

        return DrainOnce();
    }

    /// <summary>Handles the records that lie together in the ring; false when nothing is published.</summary>
    [MethodImpl(Compile.InFull)]
    public bool DrainOnce()
    {
        if (_ring.TryPeekRun(_options.MaxRunBytes, out RingSpan span))
        {
            Handle(_syncGroup is null ? span : _syncGroup.Complete(span));
            return true;
        }

        // A claim that was aborted at the end has no records, but an append may wait for the position after it.
        StreamPosition consumed = queue.ConsumedPosition;
        if (consumed > _acks.Acknowledged)
        {
            _acks.Advance(consumed);
        }

        return false;
    }

    /// <summary>Runs until the ring is closed and empty, or the store has failed.</summary>
    [MethodImpl(Compile.InFull)]
    public void Run()
    {
        while (!_ring.IsDrained && context.FailStop.Error is null)
        {
            if (!RunOnce())
            {
                _ring.WaitForData(IdleWaitMs);
            }
        }
    }

    /// <summary>
    /// Freezes the active memtable if it holds anything that no table and no edit holds, or if logs still hold what tables do. After the
    /// flush nothing is left in logs, so the events of an erased user are gone from them.
    /// </summary>
    public void FreezeActive()
    {
        if (memTables.Active.Rows > 0 || applier.HasUnsaved || log is { HasEntries: true } || memTables.Active.FirstLog != CurrentLog)
        {
            log?.Rotate();
            applier.Freeze(_applied, CurrentLog);
        }
    }

    /// <summary>
    /// Answers a request. It is no longer in the queue, so nobody else would fail it when the next log cannot be made.
    /// </summary>
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

    [MethodImpl(Compile.InFull)]
    private void Handle(in RingSpan span)
    {
        StreamPosition end = queue.PositionOf(span.EndOffset);
        log?.Append(span.Bytes, end);
        if (_options.Durability == Durability.Synced)
        {
            log!.Sync();
        }

        // Asked after the write and before anybody is told: a process that takes the store over from now on reads the entry.
        context.FailStop.RequireWritable();
        Apply(span.Bytes, end);
        _applied = end;
        _ring.Release(span);
        _acks.Advance(end);
        context.Telemetry.Freshness.Visible(end);
        AssertInvariants();
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_applied <= _acks.Acknowledged, "Records are visible that are not acknowledged.");
        Debug.Assert(_acks.Acknowledged <= queue.ConsumedPosition, "Records are acknowledged that were not taken.");
    }

    [MethodImpl(Compile.InFull)]
    private void Apply(ReadOnlySpan<byte> records, StreamPosition end)
    {
        RecordOrigin origin = new(_applied, CurrentLog, gate);
        if (gate is null)
        {
            applier.Apply(records, origin);
            return;
        }

        gate.BeginApply(end);
        try
        {
            applier.Apply(records, origin);
        }
        catch (Exception error)
        {
            gate.Break(error);
            throw;
        }

        gate.EndApply();
    }
}
