using System.Buffers;
using Signals.Samples.ConsoleHost.Csv;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Input;

namespace Signals.Samples.ConsoleHost.Exported;

/// <summary>
/// Events from lines of JSON as `signals export` writes them. One thread. A line that is no event is counted; reading goes on.
/// </summary>
internal sealed class JsonLinesSource(InputSource input, StoreSchema schema) : IEventSource
{
    private readonly JsonEventParser _parser = new(schema);
    private ReadOnlySequence<byte> _buffer;
    private bool _holdsBuffer;
    private bool _ended;
    private long _line;
    private long _offset;
    private SourceBeginning? _beginning;

    /// <inheritdoc />
    public StoreSchema Schema => schema;

    /// <inheritdoc />
    public long RecordBegin { get; private set; }

    /// <inheritdoc />
    public long RecordEnd => _offset;

    /// <inheritdoc />
    public long Received => _offset + _buffer.Length;

    /// <inheritdoc />
    public string? Unread { get; private set; }

    /// <inheritdoc />
    public RejectionTally Rejected { get; } = new();

    /// <inheritdoc />
    public double? Progress => input.Progress;

    /// <inheritdoc />
    public void ShowTo(SourceBeginning beginning) => _beginning = beginning;

    /// <inheritdoc />
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (_ended)
        {
            return !_buffer.IsEmpty;
        }

        if (_holdsBuffer)
        {
            input.Pipe.AdvanceTo(_buffer.Start, _buffer.End);
        }

        System.IO.Pipelines.ReadResult result = await input.Pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
        (_buffer, _holdsBuffer, _ended) = (result.Buffer, true, result.IsCompleted);
        return true;
    }

    /// <inheritdoc />
    public bool TryRead(SingleEvent single)
    {
        while (TryLine(out ReadOnlySequence<byte> line))
        {
            _line++;
            if (line.IsEmpty || (line.Length == 1 && line.FirstSpan[0] == '\r'))
            {
                continue;
            }

            if (_parser.Problem(line.IsSingleSegment ? line.First : line.ToArray(), single) is not { } problem)
            {
                return true;
            }

            Rejected.Add(problem, Rejected.Knows(problem) ? null : $"line {_line}");
        }

        return false;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await input.Pipe.CompleteAsync().ConfigureAwait(false);
        await input.DisposeAsync().ConfigureAwait(false);
    }

    private bool TryLine(out ReadOnlySequence<byte> line)
    {
        if (_buffer.PositionOf((byte)'\n') is { } end)
        {
            line = _buffer.Slice(0, end);
            Take(line.Length + 1);
            return true;
        }

        if (_buffer.Length > CsvLimits.MaxExportedRowBytes)
        {
            throw new InputException($"line {_line + 1} is longer than {CsvLimits.MaxExportedRowBytes:N0} bytes");
        }

        line = default;
        if (!_ended || _buffer.IsEmpty)
        {
            return false;
        }

        if (_beginning is not null)
        {
            Unread = $"ends in a line without an end: it begins at byte {_offset}";
            _offset += _buffer.Length;
            _buffer = default;
            return false;
        }

        line = _buffer;
        Take(_buffer.Length);
        return true;
    }

    private void Take(long bytes)
    {
        _beginning?.Add(_buffer.Slice(0, bytes));
        RecordBegin = _offset;
        _offset += bytes;
        _buffer = _buffer.Slice(bytes);
    }
}
