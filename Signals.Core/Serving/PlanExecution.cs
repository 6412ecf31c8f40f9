using Signals.Core.Serving.Features;
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
internal sealed class PlanExecution
{
    private readonly RowFetcher _fetcher;
    private readonly ExecutionState _state = new();
    private readonly FilterScratch _scratch;
    private readonly RowMask _one = new();
    private readonly Sizer _sizer;
    private readonly PlanEnrichment _enrichment;
    private readonly UserChoices _choices = new();
    private readonly HintLessons _lessons;
    private readonly List<ServingStatus> _statuses = [];
    private readonly long[] _fromMs;
    private readonly int[] _last;
    private readonly int[] _first;

    public PlanExecution(SequencePlan plan, RowFetcher fetcher)
    {
        Plan = plan;
        _fetcher = fetcher;
        Rows = new RowSet(plan.Layout);
        _scratch = new FilterScratch(Array.ConvertAll(plan.EventFilters, use => use.NewRun()));
        _sizer = new Sizer(plan.Rules);
        _enrichment = new PlanEnrichment(plan, Rows, _state);
        _lessons = new HintLessons(plan, Rows);
        _fromMs = new long[plan.Types.Length];
        _last = new int[plan.Types.Length];
        _first = new int[plan.Types.Length];
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
    public Exception? Error => _state.Error;

    /// <summary>The chosen rows of a user, in the order of the definition.</summary>
    public ReadOnlySpan<int> ChosenOf(int user) => _choices.Of(user);

    public ServingStatus StatusOf(int user) => _statuses[user];

    /// <summary>False when a user's answer needs older rows than were fetched. Such a user must be run alone.</summary>
    public bool IsSettled(int user) => _choices.IsSettled(user);

    /// <summary>Whether the columns of an enrichment of the plan are missing.</summary>
    public bool IsMissing(int enrichment) => _enrichment.IsMissing(enrichment);

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
        _state.Begin(budget, trace);
        for (int slot = 0; slot < _fromMs.Length; slot++)
        {
            long window = Plan.WindowMs[slot];
            _fromMs[slot] = window == long.MaxValue ? long.MinValue : nowMs - window;
        }

        Plan.Hints.CopyTo(_last);
        _last.CopyTo(_first, 0);
        try
        {
            while (!TryChoose(users, nowMs) && users.Length == 1 && !_state.Budget.IsExpired)
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
        _state.End();
    }

    /// <summary>Writes a user's rows of one tensor without gaps between them.</summary>
    public void Write(TensorPlan tensor, int user, Span<byte> destination)
    {
        long start = _state.Clock();
        ReadOnlySpan<int> chosen = ChosenOf(user);
        tensor.Write(Rows, chosen, destination);
        if (_state.IsTraced)
        {
            _state.Record("featurize", chosen.Length, chosen.Length, (long)chosen.Length * tensor.RowBytes, start, tensor.Name);
        }
    }

    /// <summary>Runs all stages up to size once. False when older rows could change an answer.</summary>
    private bool TryChoose(ReadOnlySpan<UserId> users, long nowMs)
    {
        _state.BeginPass();
        _enrichment.Begin();
        _choices.Clear();
        Fetch(users, nowMs);
        _scratch.Begin(_state.Deadline);
        if (!Filter(Plan.Filter, Plan.Stages.Filter))
        {
            return Fail(users.Length);
        }

        _enrichment.Early();
        return Filter(Plan.LateFilter, stage: null) ? Size(users.Length) : Fail(users.Length);
    }

    private void Fetch(ReadOnlySpan<UserId> users, long nowMs)
    {
        long start = _state.Clock();
        Rows.Begin(_fetcher.Fetch(users, _fromMs, _last), nowMs);
        if (_state.IsTraced)
        {
            long bytes = (8L + 8 + 2) * Rows.Count;
            for (int column = 0; column < Plan.Layout.Fetched; column++)
            {
                bytes += Rows.Column(column).RowStates.Length + Rows.Column(column).FixedRows.Length;
            }

            _state.Record("fetch", 0, Rows.Count, bytes, start, users.Length == 1 ? "" : $"{users.Length} users");
        }
    }

    /// <summary>Runs a filter. False when the host's code threw.</summary>
    private bool Filter(RowFilter? filter, IFilterStage? stage)
    {
        if (filter is null && stage is null)
        {
            return true;
        }

        long start = _state.Clock();
        int before = _state.IsTraced ? Rows.Mask.CountSet() : 0;
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
            return _state.Catch(error);
        }

        if (_state.IsTraced)
        {
            string note = _scratch.Known < Rows.Count ? $"too late for {Rows.Count - _scratch.Known} rows" : "";
            _state.Record("filter", before, Rows.Mask.CountSet(), 0, start, note);
        }

        return true;
    }

    /// <summary>Sizes every user. False when the answer of some user is not settled.</summary>
    private bool Size(int users)
    {
        long start = _state.Clock();
        bool settled = true;
        for (int user = 0; user < users; user++)
        {
            bool one;
            try
            {
                one = Plan.Stages.Size is { } stage
                    ? SizeByHost(stage, user)
                    : _sizer.Choose(Rows, user, _last, _choices.Rows, _scratch.Known);
            }
            catch (Exception error) when (Plan.Stages.Size is not null)
            {
                _state.Catch(error);
                return Fail(users);
            }

            _choices.Add(one);
            settled &= one;
        }

        if (_state.IsTraced)
        {
            _state.Record("size", Rows.Mask.CountSet(), _choices.Rows.Count, 0, start, settled ? "" : "older rows needed");
        }

        return settled;
    }

    private bool SizeByHost(ISizeStage stage, int user)
    {
        RowChoice chosen = _choices.Rows;
        int before = chosen.Count;
        bool hasOlder = _scratch.Known < Rows.Offsets[user + 1] || _sizer.HasOlder(Rows, user, _last);
        bool settled = stage.Choose(Rows, user, hasOlder, chosen) || !hasOlder;
        chosen.Truncate(Math.Min(chosen.Count, before + Plan.Size));
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
        long start = _state.Clock();
        _fetcher.Complete(_choices.Rows.Span);
        if (_state.IsTraced && Plan.Layout.Early < Plan.Layout.Fetched)
        {
            _state.Record("fetch wide", _choices.Rows.Count, _choices.Rows.Count, 0, start, "");
        }
    }

    /// <summary>
    /// Reverses the order where the definition asks for it, enriches the chosen rows, and sets the status of each answer.
    /// </summary>
    private void Finish(int users)
    {
        if (Plan.OldestFirst)
        {
            _choices.Reverse();
        }

        _enrichment.Late(_choices.Rows.Span);
        _statuses.Clear();
        for (int user = 0; user < users; user++)
        {
            ServingStatus status = _state.Status;
            status |= _fetcher.IsKnown(user) ? 0 : ServingStatus.UnknownUser;
            status |= _choices.IsSettled(user) || users > 1 ? 0 : ServingStatus.Truncated;
            _statuses.Add(status);
        }

        if ((_state.Status & ServingStatus.StageFailed) == 0)
        {
            _lessons.Learn(_choices, _first, _last);
        }
    }

    /// <summary>Gives every user an empty answer with the status that a stage failed.</summary>
    private bool Fail(int users)
    {
        _choices.Empty(users);
        _state.Flag(ServingStatus.StageFailed);
        return true;
    }
}
