using Signals.Storage.Primitives;
using Signals.Storage.Scanning;

namespace Signals.Scanning;

/// <summary>
/// Goes through the events of one type, user by user in the order of ids, and gives them as columns in batches. Its events are those
/// that reads would return with a query for all events of the type: copies merged, corrected, enriched and retracted as segments say,
/// with last-N, maximum age and erasures applied.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Scans beside each other, also those of one <c>SplitScan</c>, may run on different threads.
/// Lifetime: from <c>Scan</c> until you dispose it. It shows the store as it was when it began, whatever is appended, imported,
/// flushed or compacted meanwhile. Until it is disposed it keeps the files and the memtables of that moment, so a scan that is left
/// open keeps disk space and memory from being given back. Only an erasure is obeyed at once: a user that is erased during the scan is
/// left out from the next batch on. When the store is closed, the scan gives all that back and every later call throws
/// <see cref="ObjectDisposedException"/>. After any other exception than a cancellation the scan cannot go on; begin another one with
/// its token.
/// </remarks>
public sealed class EventScan : IDisposable
{
    private readonly ScanPlan _plan;
    private readonly PinnedView _view;
    private readonly ScanBuffer _buffer;
    private BatchFiller? _filler;
    private Exception? _failure;
    private int _generation;
    private int _isBusy;
    private int _isDisposed;

    /// <param name="plan">What is scanned.</param>
    /// <param name="view">The state that is scanned. The scan leaves it when it is disposed; not when this throws.</param>
    /// <param name="mostRows">See <see cref="MostRows"/>.</param>
    internal EventScan(ScanPlan plan, PinnedView view, long mostRows)
    {
        _plan = plan;
        _view = view;
        _buffer = new ScanBuffer(plan.Query);
        Columns = Array.AsReadOnly(plan.Columns);
        MostRows = mostRows;
        Token = plan.Resume;
    }

    /// <summary>The event type that is scanned.</summary>
    public EventTypeSchema EventType => _plan.EventType;

    /// <summary>The columns of a batch; the index of a column is its ordinal.</summary>
    public IReadOnlyList<ColumnSchema> Columns { get; }

    /// <summary>
    /// No user before this one is given: the limit of the options, that of a part of a <c>SplitScan</c>, or the user of the token that was
    /// resumed.
    /// </summary>
    public UserId FromUser => _plan.From;

    /// <summary>
    /// Only users before this one are given: the limit of the options, or that of a part of a <c>SplitScan</c>. Null for no limit. A scan
    /// that goes on with a part needs it beside the token.
    /// </summary>
    public UserId? ToUser => _plan.End;

    /// <summary>How many events were given so far.</summary>
    public long Rows { get; private set; }

    /// <summary>
    /// No more than this many events are in what is scanned: its rows before copies are merged, limits applied and, for a scan of some
    /// users or times, what does not belong to it is left out. For a display of progress.
    /// </summary>
    public long MostRows { get; }

    /// <summary>
    /// Where the scan stands: behind the last event of the last batch, or where it was resumed. Null before the first batch of a scan
    /// that was not resumed.
    /// </summary>
    public ScanToken? Token { get; private set; }

    /// <summary>The ordinal of a column.</summary>
    /// <exception cref="ArgumentException">The scan does not read this column.</exception>
    public int OrdinalOf(string column) => _plan.Query.OrdinalOf(column);

    /// <summary>
    /// Gives the next events. False when there are no more. The batch before, and its spans, must not be used any more.
    /// </summary>
    /// <param name="batch">The events; at least one when the result is true.</param>
    /// <param name="cancellationToken">
    /// Ends the call before a batch is complete. What was cancelled is not lost: the next call gives those events.
    /// </param>
    /// <exception cref="ObjectDisposedException">The scan was disposed, or its store closed.</exception>
    /// <exception cref="InvalidOperationException">Another thread is in a call, or an earlier call failed.</exception>
    /// <exception cref="CorruptionException">A block is damaged; the error names the file and the offset.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public bool TryNext(out ScanBatch batch, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        if (Interlocked.Exchange(ref _isBusy, 1) != 0)
        {
            throw new InvalidOperationException("Another thread is in a call of this scan; for parallel work use SplitScan.");
        }

        try
        {
            _generation++;
            bool isThere = Fill(cancellationToken);
            batch = isThere ? new ScanBatch(this, _generation) : default;
            return isThere;
        }
        finally
        {
            Volatile.Write(ref _isBusy, 0);
        }
    }

    /// <summary>Ends the scan and gives back the files and memory that it kept. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _view.Leave();
        }
    }

    /// <summary>The memory of a batch, if it is the last one that was given.</summary>
    internal ScanBuffer BufferOf(int generation)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        return generation == _generation
            ? _buffer
            : throw new InvalidOperationException(
                "The batch is no longer there, because TryNext was called again; copy what you need of a batch before that.");
    }

    /// <summary>The name and type of a column, for messages.</summary>
    internal string Describe(int ordinal) => $"'{_plan.Columns[ordinal].Name}' is {_plan.Columns[ordinal].Type}";

    private bool Fill(CancellationToken cancellationToken)
    {
        if (_failure is { } failure)
        {
            throw new InvalidOperationException(
                $"The scan failed before and cannot go on: {failure.Message} Begin another one with its token.", failure);
        }

        bool isPaused;
        bool isThere;
        do
        {
            isThere = FillInStay(out isPaused, cancellationToken);
        }
        while (isPaused);
        if (!isThere)
        {
            return false;
        }

        int last = _buffer.Count - 1;
        int row = _buffer.Skip + last;
        Token = new ScanToken(EventType.Name, _plan.Order, _buffer.Users[last], _buffer.Rows.Times[row], _buffer.Rows.Ids[row]);
        Rows += _buffer.Count;
        return true;
    }

    // A stay keeps the store from closing, and all that was retired from being freed, so a long search is made of several.
    private bool FillInStay(out bool isPaused, CancellationToken cancellationToken)
    {
        using EpochScope inside = _view.Enter();

        // Dispose beside this call may have given the view back before the stay began.
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        try
        {
            _filler ??= new BatchFiller(_plan, _view, _buffer);
            return _filler.Fill(out isPaused, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Half of a batch may have been added, and nobody could tell which half.
            _failure = error;
            throw;
        }
    }
}
