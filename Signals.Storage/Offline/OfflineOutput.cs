using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Segments;

namespace Signals.Storage.Offline;

/// <summary>The segment that the workers of a job write together. What they write is sorted there, so their order does not show.</summary>
/// <remarks>Thread contract: workers take <see cref="Gate"/> for the rows of a batch. Lifetime: disposed unfinished it leaves nothing.</remarks>
internal sealed class OfflineOutput(string path, EventTypeSchema eventType, SegmentOptions options) : IDisposable
{
    private readonly SegmentWriter _writer = SegmentWriter.Create(path, eventType, options);
    private long _read;
    private long _written;

    /// <summary>Held while rows are written.</summary>
    public Lock Gate { get; } = new();

    public long EventsRead => Volatile.Read(ref _read);

    public long EventsWritten => Volatile.Read(ref _written);

    public void CountRead(int events) => Interlocked.Add(ref _read, events);

    public EventRow InsertLocked(UserId user, long timeMs, ulong id)
    {
        _written++;
        return _writer.Insert(user, timeMs, id);
    }

    public EventRow CorrectLocked(UserId user, long timeMs, ulong id)
    {
        _written++;
        return _writer.Correct(user, timeMs, id);
    }

    public void RetractLocked(UserId user, long timeMs, ulong id)
    {
        _written++;
        _writer.Retract(user, timeMs, id);
    }

    /// <summary>Ends the segment, once no worker writes any more.</summary>
    public OfflineResult Finish() => new(EventsRead, EventsWritten, EventsWritten > 0 || options.CorrectedDays is not null ? _writer.Finish() : null);

    public void Dispose() => _writer.Dispose();
}
