using Signals.Storage.Reads;

namespace Signals.Storage.Scanning;

/// <summary>
/// Fills batches, user by user: with rows as they lie where that is possible (<see cref="PlainRows"/>), otherwise with merged ones
/// (<see cref="MergedRows"/>). A user that does not fit goes on in the next batch.
/// </summary>
/// <remarks>
/// Thread contract: one scan, inside the stay of a pinned view. A call that was cancelled or that paused leaves a batch behind that the
/// next call goes on with.
/// </remarks>
internal sealed class BatchFiller
{
    private const int FirstPieceRows = 256;
    private const int StepsOfAStay = 1_024;

    private readonly ScanPlan _plan;
    private readonly ScanBuffer _buffer;
    private readonly IUserWalk _walk;
    private readonly PlainRows _plain;
    private readonly MergedRows _merged;
    private readonly ScanUser _user = new();
    private readonly int _mostRows;
    private int _pieceRows; // the most rows that are added before their bytes are counted
    private UserStage _stage;
    private int _rows; // of a plain user
    private int _done; // of _rows
    private bool _isBegun; // a batch was begun and not given
    private PageStart? _resume;

    /// <param name="plan">What is scanned.</param>
    /// <param name="view">The state that is scanned.</param>
    /// <param name="buffer">Receives the batches.</param>
    public BatchFiller(ScanPlan plan, PinnedView view, ScanBuffer buffer)
    {
        _plan = plan;
        _buffer = buffer;
        TimeBounds bounds = plan.BoundsOf(view);
        _walk = plan.WalkOver(view, bounds);
        _plain = new PlainRows(view, plan.Query.Types[0], bounds, buffer);
        _merged = new MergedRows(view, plan.Keys, bounds, buffer);
        _mostRows = (int)Math.Clamp(plan.BatchBytes / plan.Query.RowBytes, 1, plan.BatchRows);
        _pieceRows = plan.Query.HasVariable ? Math.Min(FirstPieceRows, _mostRows) : _mostRows;
        _resume = plan.Resume is { } token ? new PageStart(token.TimeMs, token.Id, Ties: 1) : null;
    }

    private bool IsTurned => _plan.Order == SequenceOrder.OldestFirst;

    /// <summary>
    /// Fills the buffer with the next batch. False when there are no more rows, or when the caller has to leave its stay and call again.
    /// </summary>
    /// <param name="isPaused">
    /// Whether the batch is not complete after many users, so that a stay does not last as long as a search that finds nothing.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="CorruptionException">A block is damaged.</exception>
    /// <exception cref="OperationCanceledException">Nothing is lost; the next call goes on.</exception>
    public bool Fill(out bool isPaused, CancellationToken cancellationToken)
    {
        if (!_isBegun)
        {
            Begin();
        }

        isPaused = false;
        for (int steps = 0; HasRoom() && (_stage != UserStage.None || Advance()); steps++)
        {
            if (steps == StepsOfAStay)
            {
                isPaused = true;
                return false;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (!Step())
            {
                break;
            }
        }

        _plain.Copy();
        Measure();
        _buffer.Finish(IsTurned);
        _isBegun = false;
        return _buffer.Count > 0;
    }

    /// <summary>Begins a batch. A user that began in the batch before and was erased since then is looked at again.</summary>
    private void Begin()
    {
        bool isErased = _stage == UserStage.Plain && _plain.IsErasedSince(_user.User);
        PageStart? given = isErased && _done > 0 ? new PageStart(_buffer.Times[^1], _buffer.Ids[^1], Ties: 1) : null;
        _buffer.Begin();
        _isBegun = true;
        if (given is not null)
        {
            BeginPages(given);
        }
        else if (isErased)
        {
            _stage = UserStage.Merged; // none of its rows was given: the batch before had no room
        }
    }

    /// <summary>Adds rows of the current user. False when the batch has to end first.</summary>
    private bool Step()
    {
        switch (_stage)
        {
            case UserStage.Plain:
                return AddPlain();
            case UserStage.Merged:
                return AddMerged();
            case UserStage.Paged:
                return AddPage();
            default:
                return true; // the limits leave nothing of the user
        }
    }

    private bool AddPlain()
    {
        int take = Math.Min(Math.Min(_rows - _done, _mostRows - _buffer.Count), _pieceRows - _plain.Noted);
        if (_plan.Query.HasVariable)
        {
            int from = IsTurned ? _rows - _done - take : _done;
            int fit = _plain.CountWithin(_user, from, take, IsTurned, _plan.BatchBytes);
            if (fit == 0 && _buffer.Count > 0)
            {
                return false;
            }

            take = Math.Max(1, fit);
        }

        int start = IsTurned ? _rows - _done - take : _done;
        _buffer.AddRun(_user.User, take);
        _plain.Add(_user, start, take);
        _done += take;
        _stage = _done < _rows ? UserStage.Plain : UserStage.None;
        if (_plain.Noted >= _pieceRows)
        {
            _plain.Copy();
            Measure();
        }

        return true;
    }

    private bool AddMerged()
    {
        int most = _merged.MostRowsOf(_user);
        if (most <= Math.Min(_pieceRows, _mostRows - _buffer.Count))
        {
            _plain.Copy();
            int before = _buffer.Count;
            int rows = _merged.AddAll(_user.User);
            if (rows + before > 1 && _plan.Query.HasVariable && _buffer.Rows.UsedBytes > _plan.BatchBytes)
            {
                return GiveBack(before);
            }

            if (rows > 0)
            {
                _buffer.AddRun(_user.User, rows);
                Measure();
            }

            _stage = UserStage.None;
            return true;
        }

        if (_buffer.Count > 0)
        {
            return false;
        }

        if (most > _pieceRows)
        {
            BeginPages(after: null);
        }

        return true;
    }

    /// <summary>Takes the rows of a user back that turned out to be too large. They begin the next batch, or are read in pages.</summary>
    private bool GiveBack(int before)
    {
        Measure();
        _buffer.Truncate(_buffer.Skip + before);
        if (before > 0)
        {
            return false;
        }

        _buffer.Begin();
        BeginPages(after: null);
        return true;
    }

    private void BeginPages(PageStart? after)
    {
        _merged.Begin(_user.User, after, IsTurned, _pieceRows);
        _stage = _merged.HasMore ? UserStage.Paged : UserStage.None;
    }

    // A page has rows at its front that were given before, so it begins a batch. The next page does, too.
    private bool AddPage()
    {
        if (_buffer.Count > 0)
        {
            return false;
        }

        _buffer.Begin(); // what an empty page before left
        int rows = _merged.AddPage(_pieceRows, _plan.BatchBytes);
        if (rows > 0)
        {
            _buffer.AddRun(_user.User, rows);
            Measure();
        }

        _stage = _merged.HasMore ? UserStage.Paged : UserStage.None;
        return true;
    }

    /// <summary>Goes to the next user and decides how their rows are read.</summary>
    private bool Advance()
    {
        if (!_user.TryMoveOn() && !_walk.TryNext(_user))
        {
            _user.Alone = null; // the walk has moved its cursor on
            return false;
        }

        if (_resume is { } after)
        {
            _resume = null;
            if (_user.User == _plan.Resume!.User)
            {
                BeginPages(after);
                return true;
            }
        }

        _done = 0;
        bool isPlain = _plain.TryTake(_user, out _rows);
        _stage = !isPlain ? UserStage.Merged : _rows > 0 ? UserStage.Plain : UserStage.None;
        return true;
    }

    private bool HasRoom()
    {
        if (_buffer.Count >= _mostRows)
        {
            return false;
        }

        return !_plan.Query.HasVariable || _buffer.Count == 0 || _buffer.Rows.UsedBytes < _plan.BatchBytes;
    }

    // Values of any length: as many rows at once as are likely to fit, at most twice as many as before.
    private void Measure()
    {
        int rows = _buffer.Rows.Times.Count;
        if (_plan.Query.HasVariable && rows > 0)
        {
            long fit = _plan.BatchBytes / Math.Max(1, 2 * _buffer.Rows.UsedBytes / rows);
            _pieceRows = (int)Math.Clamp(Math.Min(fit, 2L * _pieceRows), 1, _mostRows);
        }
    }
}
