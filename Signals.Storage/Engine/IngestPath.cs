using Signals.Core.Model;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Ingest;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine;

/// <summary>
/// The parts through which an event enters the store: the appender, the queue, and the loop that takes it to log and memtable.
/// </summary>
/// <remarks>
/// Thread contract: built by the opening thread, when the logs were replayed and the new log has begun; see the parts. What is
/// opened here is owned by the store.
/// </remarks>
internal sealed class IngestPath
{
    /// <param name="context">The store.</param>
    /// <param name="recovered">The stream position after everything that was recovered.</param>
    /// <param name="commits">The log.</param>
    /// <param name="writes">The memtables.</param>
    /// <param name="owned">Takes what is opened.</param>
    public IngestPath(StoreContext context, StreamPosition recovered, CommitPath commits, WritePath writes, OwnedResources owned)
    {
        Queue = owned.Add(new IngestQueue(context.Options, recovered, context.FailStop));
        Loop = new IngestLoop(
            context, Queue, commits.Log, commits.Stream.CurrentNumber, writes.Applier, writes.MemTables, commits.History?.Gate);
        Appender = new Appender(context, Queue, Rejected);
        Filter = new EventFilter(context, Rejected);
    }

    public IngestQueue Queue { get; }

    public IngestLoop Loop { get; }

    public Appender Appender { get; }

    /// <summary>Leaves out what the options say is left out.</summary>
    public EventFilter Filter { get; }

    /// <summary>Events that did not enter the store.</summary>
    public RejectionCounts Rejected { get; } = new();
}
