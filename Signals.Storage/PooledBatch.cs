using Signals.Storage.Primitives;

namespace Signals.Storage;

/// <summary>A batch that is reused from append to append. Thread contract: one thread at a time.</summary>
internal sealed class PooledBatch(EventTypeSchema type) : PooledObject
{
    private const int FirstEvents = 16;

    public EventBatch Events { get; } = new(type, FirstEvents);

    public override long HeldBytes => Events.HeldBytes;

    public override long UsedBytes => Events.Rows.UsedBytes;
}
