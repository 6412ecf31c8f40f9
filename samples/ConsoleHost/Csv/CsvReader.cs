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
    private SourceBeginning? _beginning;
    private SourceBeginning? _before = new();

    /// <summary>The row that <see cref="TryRead"/> has just found.</summary>
    public CsvRowParser Row => _row;

    /// <summary>Bytes taken from the pipe so far (after decompression), a byte order mark included.</summary>
    public long BytesConsumed { get; private set; }

    /// <summary>Bytes that have come from the pipe.</summary>
    public long Received => BytesConsumed + _buffer.Length;

    /// <summary>Where the row found last begins, or the blank lines before it.</summary>
    public long RowBegin { get; private set; }

    /// <summary>Where it ends, its line end included.</summary>
    public long RowEnd { get; private set; }

    /// <summary>Where a last row begins that has no end of line, and is no row yet, because its source may still grow.</summary>
    public long? UnendedAt { get; private set; }


    /// <summary>
    /// Shows every byte from the first to <paramref name="beginning"/>, those of the header, too. From then on a last row without
    /// an end of line is no row yet.
    /// </summary>
    public void ShowTo(SourceBeginning beginning)
    {
        beginning.Add(_before!.Bytes);
        (_beginning, _before) = (beginning, null);
    }

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
            Show(_buffer.FirstSpan[..consumed]);
            _buffer = _buffer.Slice(consumed);
            BytesConsumed += consumed;
            if (found)
            {
                (RowBegin, RowEnd) = (RowEnd, BytesConsumed);
                return true;
            }
        }
        if (!_pipeEnded || _lastRowTaken)
        {
            return false;
        }
        _lastRowTaken = true;
        if (!_row.Complete())
        {
            return false;
        }
        if (_beginning is not null)
        {
            UnendedAt = RowEnd;
            return false;
        }
        (RowBegin, RowEnd) = (RowEnd, BytesConsumed);
        return true;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => pipe.CompleteAsync();

    private async ValueTask SkipByteOrderMarkAsync(CancellationToken cancellationToken)
    {
        _markChecked = true;
        ReadResult start = await pipe.ReadAtLeastAsync(3, cancellationToken).ConfigureAwait(false);
        ReadOnlySequence<byte> buffer = start.Buffer;
        bool marked = buffer.Length >= 3 && buffer.Slice(0, 3).ToArray().AsSpan().SequenceEqual("\uFEFF"u8);
        if (marked)
        {
            Show("\uFEFF"u8);
            BytesConsumed += 3;
            RowEnd += 3;
        }
        pipe.AdvanceTo(marked ? buffer.GetPosition(3) : buffer.Start);
    }

    private void Show(ReadOnlySpan<byte> bytes)
    {
        _before?.Add(bytes);
        _beginning?.Add(bytes);
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
