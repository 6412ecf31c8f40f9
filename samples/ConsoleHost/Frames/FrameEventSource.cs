using Signals.Core.Ingest;
using Signals.Core.Schema;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Input;
using Signals.Samples.ConsoleHost.Options;
using Signals.Storage.Frames;

namespace Signals.Samples.ConsoleHost.Frames;

/// <summary>Events from MessagePack frames. One thread. A bad frame is counted with its reason and skipped; the stream goes on.</summary>
internal sealed class FrameEventSource : IEventSource
{
    private readonly InputSource _input;
    private readonly EventFrameReader _reader;

    /// <summary>Reads <paramref name="input"/>, which becomes owned by this source.</summary>
    public FrameEventSource(InputSource input, EventMapping mapping, Retention retention)
    {
        _input = input;
        Schema = MappedSchema.Build(mapping, retention);
        _reader = new EventFrameReader(input.Pipe, Schema, column => mapping.Fields[column.Id].Column);
    }

    /// <inheritdoc />
    public StoreSchema Schema { get; }

    /// <inheritdoc />
    public RejectionTally Rejected { get; } = new();

    /// <inheritdoc />
    public double? Progress => _input.Progress;

    /// <inheritdoc />
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (await _reader.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            return true;
        }
        if (_reader.IsTruncated)
        {
            Rejected.Add("the last frame is cut off", $"it begins at byte {_reader.Offset}");
        }
        return false;
    }

    /// <inheritdoc />
    public bool TryRead(EventRecord record)
    {
        FrameReadResult result;
        while ((result = _reader.TryRead(record, out string reason)) == FrameReadResult.Rejected)
        {
            Rejected.Add(reason, $"frame at byte {_reader.FrameOffset}");
        }
        return result == FrameReadResult.Event;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _input.DisposeAsync().ConfigureAwait(false);
    }
}
