using System.Buffers;
using System.IO.Pipelines;
using Signals.Samples.ConsoleHost.Input;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Reads CSV rows from a pipe: <c>while (await WaitAsync()) while (TryRead()) use Row</c>. Waiting is asynchronous, rows that
/// are at hand are not. One thread at a time. Skips a UTF-8 byte order mark. Completes the pipe on dispose.
/// </summary>
internal sealed class CsvReader(PipeReader pipe, int maxRowBytes = CsvLimits.MaxRowBytes) : IAsyncDisposable
{
    private readonly CsvRowParser _row = new(maxRowBytes);
    private ReadOnlySequence<byte> _buffer;
    private bool _holdsBuffer;
    private bool _pipeEnded;
    private bool _lastRowTaken;
    private bool _markChecked;

    /// <summary>The row that <see cref="TryRead"/> has just found.</summary>
    public CsvRowParser Row => _row;

    /// <summary>Bytes taken from the pipe so far (after decompression).</summary>
    public long BytesConsumed { get; private set; }

    /// <summary>Reads the first row, which has the names of the columns.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public async ValueTask ReadHeaderAsync(CancellationToken cancellationToken)
    {
        while (await WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            if (TryRead())
            {
                return;
            }
        }
        throw new InputException("the input is empty; a CSV file begins with a line of column names");
    }

    /// <summary>Waits until there are bytes to parse. False when the input has ended and every row was taken.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default)
    {
        if (!_buffer.IsEmpty)
        {
            return true;
        }
        if (_pipeEnded)
        {
            return !_lastRowTaken;
        }
        if (!_markChecked)
        {
            await SkipByteOrderMarkAsync(cancellationToken).ConfigureAwait(false);
        }
        ReleaseBuffer();
        ReadResult result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
        _buffer = result.Buffer;
        _holdsBuffer = true;
        _pipeEnded = result.IsCompleted;
        return true;
    }

    /// <summary>Moves to the next row that is already at hand.</summary>
    public bool TryRead()
    {
        while (!_buffer.IsEmpty)
        {
            bool found = _row.Parse(_buffer.FirstSpan, out int consumed);
            _buffer = _buffer.Slice(consumed);
            BytesConsumed += consumed;
            if (found)
            {
                return true;
            }
        }
        if (!_pipeEnded || _lastRowTaken)
        {
            return false;
        }
        _lastRowTaken = true;
        return _row.Complete();
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => pipe.CompleteAsync();

    private async ValueTask SkipByteOrderMarkAsync(CancellationToken cancellationToken)
    {
        _markChecked = true;
        ReadResult start = await pipe.ReadAtLeastAsync(3, cancellationToken).ConfigureAwait(false);
        ReadOnlySequence<byte> buffer = start.Buffer;
        bool marked = buffer.Length >= 3 && buffer.Slice(0, 3).ToArray().AsSpan().SequenceEqual("\uFEFF"u8);
        pipe.AdvanceTo(marked ? buffer.GetPosition(3) : buffer.Start);
    }

    private void ReleaseBuffer()
    {
        if (_holdsBuffer)
        {
            // Everything was parsed: the parser keeps the begun row, so nothing needs to stay in the pipe.
            pipe.AdvanceTo(_buffer.End);
            _holdsBuffer = false;
        }
    }
}
