using Signals.Storage.Engine.Compacting;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Flushing;
using Signals.Storage.Primitives;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>The work on tables and files that is tried again when it fails: flushes, compactions, deletions.</summary>
/// <remarks>Thread contract: any thread. Lifetime: that of the engine.</remarks>
internal sealed class StoreWork(Flusher flusher, Compactor compactor, FilePins pins, FailStop failStop, StoreTelemetry telemetry)
{
    public RetriedWork Flushing { get; } = new(RetriedWork.Flush, flusher.FlushOnce, failStop, telemetry);

    public RetriedWork Compacting { get; } = new(RetriedWork.Compaction, compactor.RunOnce, failStop, telemetry);

    /// <summary>Deletes files that nobody needs any more and that could not be deleted before.</summary>
    public RetriedWork Deleting { get; } = new(RetriedWork.Deletion, pins.DeleteLate, failStop, telemetry);

    /// <summary>How often any of it failed.</summary>
    public long Failures => Flushing.Failures + Compacting.Failures + Deleting.Failures;

    /// <summary>Why it failed last; null while all of it succeeds.</summary>
    public Exception? Error => Flushing.Error ?? Compacting.Error ?? Deleting.Error;
}
