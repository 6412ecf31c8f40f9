using System.Buffers;
using Signals.Core.Schema;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Input;
using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Frames;

/// <summary>Events from MessagePack frames. One thread. A bad frame is counted with its reason and skipped; the stream goes on.</summary>
internal sealed class FrameEventSource : IEventSource
{
    private readonly InputSource _input;
    private readonly FrameReader _reader;
    private readonly EventFrameParser _parser;
    private byte[] _frame = new byte[4096];

    /// <summary>Reads <paramref name="input"/>, which becomes owned by this source.</summary>
    public FrameEventSource(InputSource input, EventMapping mapping, Retention retention)
    {
        _input = input;
        _reader = new FrameReader(input.Pipe);
        Schema = MappedSchema.Build(mapping, retention);
        _parser = new EventFrameParser(Schema, [.. mapping.Fields.Select(f => f.Column)]);
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
        while (true)
        {
            switch (_reader.TryRead(out ReadOnlySequence<byte> payload, out uint length))
            {
                case FrameReadResult.NeedsMore:
                    return false;
                case FrameReadResult.TooLong:
                    Reject($"frame longer than {EventFrameFormat.MaxFrameBytes:N0} bytes", $"it says {length:N0}");
                    break;
                default:
                    if (_parser.TryParse(Contiguous(payload), record, out string reason))
                    {
                        return true;
                    }
                    Reject(reason, null);
                    break;
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _input.DisposeAsync().ConfigureAwait(false);
    }

    private ReadOnlyMemory<byte> Contiguous(in ReadOnlySequence<byte> payload)
    {
        if (payload.IsSingleSegment)
        {
            return payload.First;
        }
        int length = (int)payload.Length;
        if (_frame.Length < length)
        {
            _frame = new byte[length];
        }
        payload.CopyTo(_frame);
        return _frame.AsMemory(0, length);
    }

    private void Reject(string reason, string? detail)
    {
        string place = $"frame at byte {_reader.FrameOffset}";
        Rejected.Add(reason, detail is null ? place : $"{place}: {detail}");
    }
}
