using System.Runtime.InteropServices;
using Signals.Core.Serving.Filtering;
using Signals.Core.Serving.Sizing;
using Signals.Serving;

namespace Signals.Core.Serving;

/// <summary>
/// Runs a plan for one or more users: fetch, filter, enrich, size. After that the chosen rows can be written as columns or
/// tensors. When a filter, dedup or a mix leaves too few rows, more are fetched until no older row can change the answer.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: it is reused; between <see cref="Run"/> and <see cref="End"/> it holds
/// fetched rows. It only allocates to grow, apart from what the host's code allocates.
/// </remarks>
internal sealed partial class PlanExecution
{
    /// <summary>One of this many reads that needed one fetch checks whether fewer rows would have been enough.</summary>
    private const int ReadsPerLesson = 32;

    private readonly RowFetcher _fetcher;
    private readonly FilterScratch _scratch;
    private readonly Func<bool> _isExpired;
    private readonly RowMask _one = new();
    private readonly Sizer _sizer;
    private readonly EnricherExecution[] _enrichments;
    private readonly RowChoice _chosen = new();
    private readonly List<int> _ends = [];
    private readonly List<ServingStatus> _statuses = [];
    private readonly List<bool> _settled = [];
    private readonly long[] _fromMs;
    private readonly int[] _last;
    private readonly int[] _first;
    private readonly int[] _walked;
    private int _reads;
    private ReadBudget _budget;
    private ReadTrace? _trace;
    private ServingStatus _common;
    private ulong _missing;

    public PlanExecution(SequencePlan plan, RowFetcher fetcher)
    {
        Plan = plan;
        _fetcher = fetcher;
        Rows = new RowSet(plan.Layout);
        _scratch = new FilterScratch(Array.ConvertAll(plan.EventFilters, use => use.NewRun()));
        _isExpired = () => _budget.IsExpired;
        _sizer = new Sizer(plan.Rules);
        _enrichments = Array.ConvertAll(plan.Enrichments, use => new EnricherExecution(use));
        _fromMs = new long[plan.Types.Length];
        _last = new int[plan.Types.Length];
        _first = new int[plan.Types.Length];
        _walked = new int[plan.Types.Length];
    }

    public SequencePlan Plan { get; }

    public RowSet Rows { get; }

    public RowFetcher Fetcher => _fetcher;

    /// <summary>The approximate bytes of the working set of the last run, without the fetched rows.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>The approximate bytes that the working set has grown to.</summary>
    public long HeldBytes { get; private set; }

    public int UserCount => _statuses.Count;

    /// <summary>The last exception that the host's code threw in the last run; null when there was none.</summary>
    public Exception? Error { get; private set; }

    /// <summary>The chosen rows of a user, in the order of the definition.</summary>
    public ReadOnlySpan<int> ChosenOf(int user) => _chosen.Span[(user == 0 ? 0 : _ends[user - 1]).._ends[user]];

    public ServingStatus StatusOf(int user) => _statuses[user];

    /// <summary>False when a user's answer needs older rows than were fetched. Such a user must be run alone.</summary>
    public bool IsSettled(int user) => _settled[user];

    /// <summary>Whether the columns of an enrichment of the plan are missing.</summary>
    public bool IsMissing(int enrichment) => (_missing >> enrichment & 1) != 0;

    /// <summary>
    /// Chooses the rows of some users. A single user is fetched again until the choice is settled; several users are fetched
    /// once.
    /// </summary>
    /// <param name="users">The users, at least one.</param>
    /// <param name="nowMs">The time of the read, in milliseconds since the Unix epoch.</param>
    /// <param name="budget">How long the run may take.</param>
    /// <param name="trace">Records the stages; null to record nothing.</param>
    public void Run(ReadOnlySpan<UserId> users, long nowMs, in ReadBudget budget, ReadTrace? trace)
    {
        _budget = budget;
        _trace = trace;
        Error = null;
        for (int slot = 0; slot < _fromMs.Length; slot++)
        {
            long window = Plan.WindowMs[slot];
            _fromMs[slot] = window == long.MaxValue ? long.MinValue : nowMs - window;
        }

        Plan.Hints.CopyTo(_last);
        _last.CopyTo(_first, 0);
        try
        {
            while (!TryChoose(users, nowMs) && users.Length == 1 && !_budget.IsExpired)
            {
                AskForMore();
            }

            Complete();
            Finish(users.Length);
        }
        catch (Exception error)
        {
            End();
            if (AnswerTooLargeException.IsCausedBy(error))
            {
                throw new AnswerTooLargeException($"the definition '{Plan.Definition.Name}'", error);
            }

            throw;
        }
    }

    /// <summary>Makes <see cref="UsedBytes"/> 0 until the next run, because the last run does not count any more.</summary>
    public void ForgetUse() => UsedBytes = 0;

    /// <summary>Releases the fetched rows.</summary>
    public void End()
    {
        UsedBytes = (long)Rows.Count * Plan.Layout.ScratchBytes;
        HeldBytes = Math.Max(HeldBytes, UsedBytes);
        Rows.End();
        _fetcher.Release();
        _trace = null;
    }

    /// <summary>Runs all stages up to size once. False when older rows could change an answer.</summary>
    private bool TryChoose(ReadOnlySpan<UserId> users, long nowMs)
    {
        _common = ServingStatus.Complete;
        _missing = 0;
        _chosen.Truncate(0);
        _ends.Clear();
        _settled.Clear();
        Fetch(users, nowMs);
        _scratch.Begin(_budget.HasDeadline ? _isExpired : null);
        if (!Filter(Plan.Filter, Plan.Stages.Filter) || !EnrichEarly() || !Filter(Plan.LateFilter, null))
        {
            return Fail(users.Length);
        }

        return Size(users.Length);
    }

    private void Fetch(ReadOnlySpan<UserId> users, long nowMs)
    {
        long start = Clock();
        Rows.Begin(_fetcher.Fetch(users, _fromMs, _last), nowMs);
        if (_trace is not null)
        {
            long bytes = (8L + 8 + 2) * Rows.Count;
            for (int column = 0; column < Plan.Layout.Fetched; column++)
            {
                bytes += Rows.Column(column).RowStates.Length + Rows.Column(column).FixedRows.Length;
            }

            Record("fetch", 0, Rows.Count, bytes, start, users.Length == 1 ? "" : $"{users.Length} users");
        }
    }

    /// <summary>Runs a filter. False when the host's code threw.</summary>
    private bool Filter(RowFilter? filter, IFilterStage? stage)
    {
        if (filter is null && stage is null)
        {
            return true;
        }

        long start = Clock();
        int before = _trace is null ? 0 : Rows.Mask.CountSet();
        try
        {
            if (stage is not null)
            {
                stage.Filter(Rows);
            }
            else
            {
                _one.Reset(Rows.Count, value: false);
                filter!.Evaluate(Rows, _one, _scratch);
                Rows.Mask.And(_one);
                Rows.Mask.ClearFrom(_scratch.Known);
            }
        }
        catch (Exception error) when (Plan.HasHostConditions)
        {
            _scratch.Reset();
            return Caught(error);
        }

        if (_trace is not null)
        {
            string note = _scratch.Known < Rows.Count ? $"too late for {Rows.Count - _scratch.Known} rows" : "";
            Record("filter", before, Rows.Mask.CountSet(), 0, start, note);
        }

        return true;
    }

    /// <summary>Sizes every user. False when the answer of some user is not settled.</summary>
    private bool Size(int users)
    {
        long start = Clock();
        bool settled = true;
        for (int user = 0; user < users; user++)
        {
            bool one;
            try
            {
                one = Plan.Stages.Size is { } stage ? SizeByHost(stage, user) : _sizer.Choose(Rows, user, _last, _chosen, _scratch.Known);
            }
            catch (Exception error) when (Plan.Stages.Size is not null)
            {
                Caught(error);
                return Fail(users);
            }

            _ends.Add(_chosen.Count);
            _settled.Add(one);
            settled &= one;
        }

        if (_trace is not null)
        {
            Record("size", Rows.Mask.CountSet(), _chosen.Count, 0, start, settled ? "" : "older rows needed");
        }

        return settled;
    }

    private bool SizeByHost(ISizeStage stage, int user)
    {
        int before = _chosen.Count;
        bool hasOlder = _scratch.Known < Rows.Offsets[user + 1] || _sizer.HasOlder(Rows, user, _last);
        bool settled = stage.Choose(Rows, user, hasOlder, _chosen) || !hasOlder;
        _chosen.Truncate(Math.Min(_chosen.Count, before + Plan.Size));
        return settled;
    }

    /// <summary>
    /// Doubles the number of rows to ask for, for every event type that may have more. A type of which all rows came is asked for
    /// in full from then on.
    /// </summary>
    private void AskForMore()
    {
        for (int slot = 0; slot < _last.Length; slot++)
        {
            _last[slot] = Plan.Rules.Counts[slot] == 0 ? 0 : (int)Math.Min(int.MaxValue, 2L * Math.Max(1, _last[slot]));
        }
    }

    private void Complete()
    {
        long start = Clock();
        _fetcher.Complete(_chosen.Span);
        if (_trace is not null && Plan.Layout.Early < Plan.Layout.Fetched)
        {
            Record("fetch wide", _chosen.Count, _chosen.Count, 0, start, "");
        }
    }

    /// <summary>
    /// Reverses the order where the definition asks for it, enriches the chosen rows, and sets the status of each answer.
    /// </summary>
    private void Finish(int users)
    {
        if (Plan.OldestFirst)
        {
            for (int user = 0; user < users; user++)
            {
                _chosen.Writable[(user == 0 ? 0 : _ends[user - 1]).._ends[user]].Reverse();
            }
        }

        EnrichLate();
        _statuses.Clear();
        for (int user = 0; user < users; user++)
        {
            ServingStatus status = _common;
            status |= _fetcher.IsKnown(user) ? 0 : ServingStatus.UnknownUser;
            status |= _settled[user] || users > 1 ? 0 : ServingStatus.Truncated;
            _statuses.Add(status);
        }

        Learn(users);
    }

    /// <summary>
    /// Teaches the hints how many rows reads need. A user that had to be fetched again teaches them when many reads had to fetch
    /// again. A user that needed one fetch teaches them now and then. A group of users teaches them each time.
    /// </summary>
    private void Learn(int users)
    {
        bool isDeep = !_last.AsSpan().SequenceEqual(_first);
        if ((_common & ServingStatus.StageFailed) != 0)
        {
            return;
        }

        if (users > 1)
        {
            Plan.Hints.LearnEnough(CollectionsMarshal.AsSpan(_settled).Count(true));
        }
        else if (isDeep)
        {
            if (!_settled[0] || !Plan.Hints.LearnDeep(Rows.User(0).Hash64, IsFar()))
            {
                return;
            }
        }
        else
        {
            Plan.Hints.LearnEnough(1);
            if (++_reads % ReadsPerLesson != 0)
            {
                return;
            }
        }

        _walked.AsSpan().Clear();
        bool any = false;
        for (int user = 0; user < users; user++)
        {
            any |= Walk(user, isAlone: users == 1);
        }

        for (int slot = 0; slot < _walked.Length && any; slot++)
        {
            int needed = (int)Math.Min(_last[slot], _walked[slot] + (_walked[slot] / 8L) + 1);
            if (isDeep)
            {
                Plan.Hints.Raise(slot, needed);
            }
            else
            {
                Plan.Hints.Lower(slot, needed);
            }
        }
    }

    /// <summary>Whether the read needed more than twice as many rows as were asked for first.</summary>
    private bool IsFar()
    {
        bool isFar = false;
        for (int slot = 0; slot < _last.Length; slot++)
        {
            isFar |= _last[slot] > 2L * Math.Max(1, _first[slot]);
        }

        return isFar;
    }

    /// <summary>
    /// Raises the needed number of rows of each slot to what this user needed. False when this user says nothing about others.
    /// </summary>
    private bool Walk(int user, bool isAlone)
    {
        // An answer that is not full used all rows that there are. In a group, however, the fetch may have cut them off.
        ReadOnlySpan<int> chosen = ChosenOf(user);
        bool isFull = chosen.Length == Plan.Size && Plan.Size > 0;
        int end = isFull ? (Plan.OldestFirst ? chosen[0] : chosen[^1]) + 1 : Rows.Offsets[user + 1];
        ReadOnlySpan<ushort> types = Rows.EventTypes[Rows.Offsets[user]..end];
        if (types.IsEmpty || (!isFull && !isAlone))
        {
            return false;
        }

        for (int slot = 0; slot < _walked.Length; slot++)
        {
            _walked[slot] = Math.Max(_walked[slot], types.Count(Plan.Types[slot].Id));
        }

        return true;
    }

    /// <summary>Gives every user an empty answer with the status that a stage failed.</summary>
    private bool Fail(int users)
    {
        _chosen.Truncate(0);
        _ends.Clear();
        _settled.Clear();
        for (int user = 0; user < users; user++)
        {
            _ends.Add(0);
            _settled.Add(true);
        }

        _common |= ServingStatus.StageFailed;
        return true;
    }

    private bool Caught(Exception error)
    {
        Error = error;
        return false;
    }

    private long Clock() => _trace is null ? 0 : _budget.Time.GetTimestamp();

    private void Record(string stage, int rowsIn, int rowsOut, long bytes, long start, string note) =>
        _trace!.Add(new TraceStage(stage, rowsIn, rowsOut, bytes, _budget.Time.GetElapsedTime(start).TotalMicroseconds, note));
}
