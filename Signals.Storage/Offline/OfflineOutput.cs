using Signals.Offline;

namespace Signals.Storage.Offline;

/// <summary>
/// The segment that the workers of a job write together. The segment is sorted, so the order in which workers write does not
/// matter.
/// </summary>
/// <remarks>
/// Thread contract: a worker takes <see cref="Gate"/> while it writes the rows of a batch. Lifetime: if it is disposed
/// unfinished, no file is left.
/// </remarks>
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

    /// <summary>Finishes the segment, after all workers have stopped writing.</summary>
    public OfflineResult Finish() =>
        new(EventsRead, EventsWritten, EventsWritten > 0 || options.CorrectedDays is not null ? _writer.Finish() : null);

    public void Dispose() => _writer.Dispose();
}
