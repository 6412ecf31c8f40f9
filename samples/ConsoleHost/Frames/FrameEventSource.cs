using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Input;
using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Frames;

/// <summary>Events from MessagePack frames. One thread. A bad frame is counted with its reason and skipped; the stream goes on.</summary>
internal sealed class FrameEventSource : IEventSource
{
    private readonly InputSource _input;
    private readonly EventFrameReader _reader;

    /// <summary>Reads <paramref name="input"/>, which becomes owned by this source.</summary>
    /// <param name="input">The frames.</param>
    /// <param name="mapping">The schema's columns and what frames call them.</param>
    /// <param name="retention">What is kept.</param>
    public FrameEventSource(InputSource input, EventMapping mapping, Retention retention)
        : this(input, MappedSchema.Build(mapping, retention), mapping)
    {
    }

    /// <summary>Reads <paramref name="input"/>, which becomes owned by this source.</summary>
    /// <param name="input">The frames.</param>
    /// <param name="schema">Event types and columns.</param>
    /// <param name="mapping">What frames call the columns; their own names when null.</param>
    public FrameEventSource(InputSource input, StoreSchema schema, EventMapping? mapping)
    {
        _input = input;
        Schema = schema;
        _reader = new EventFrameReader(input.Pipe, schema, mapping is null ? null : column => mapping.Fields[column.Id].Column);
    }

    /// <inheritdoc />
    public StoreSchema Schema { get; }

    /// <inheritdoc />
    public long RecordBegin => _reader.FrameOffset;

    /// <inheritdoc />
    public long RecordEnd => _reader.Offset;

    /// <inheritdoc />
    public long Received => _reader.Received;

    /// <inheritdoc />
    public void ShowTo(SourceBeginning beginning) => _reader.Beginning = beginning;

    /// <inheritdoc />
    public RejectionTally Rejected { get; } = new();

    /// <inheritdoc />
    public double? Progress => _input.Progress;

    /// <inheritdoc />
    public string? Unread => _reader.IsTruncated ? $"the last frame is cut off: it begins at byte {_reader.Offset}" : null;

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
    public bool TryRead(SingleEvent single)
    {
        FrameReadResult result;
        while ((result = _reader.TryRead(single, out string reason)) == FrameReadResult.Rejected)
        {
            Rejected.Add(reason, Rejected.Knows(reason) ? null : $"frame at byte {_reader.FrameOffset}");
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
