using Signals.Serving;

namespace Signals.Core.Serving;

/// <summary>
/// What all stages of a read share: the time that is left, the trace, the status that every answer gets, and the host's last error.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: that of its <see cref="PlanExecution"/>, which reuses it.</remarks>
internal sealed class ExecutionState
{
    private readonly Func<bool> _isExpired;
    private ReadBudget _budget;
    private ReadTrace? _trace;

    public ExecutionState() => _isExpired = () => _budget.IsExpired;

    /// <summary>The status that the answers of all users have in common.</summary>
    public ServingStatus Status { get; private set; }

    /// <summary>The last exception that the host's code threw in this read; null when there was none.</summary>
    public Exception? Error { get; private set; }

    public ref readonly ReadBudget Budget => ref _budget;

    /// <summary>Says whether the deadline has passed; null when there is none.</summary>
    public Func<bool>? Deadline => _budget.HasDeadline ? _isExpired : null;

    public bool IsTraced => _trace is not null;

    /// <summary>Begins a read.</summary>
    public void Begin(in ReadBudget budget, ReadTrace? trace)
    {
        _budget = budget;
        _trace = trace;
        Error = null;
    }

    /// <summary>Begins a pass of the stages, of which a read has several when more rows are fetched.</summary>
    public void BeginPass() => Status = ServingStatus.Complete;

    /// <summary>Lets go of the trace.</summary>
    public void End() => _trace = null;

    public void Flag(ServingStatus status) => Status |= status;

    /// <summary>Keeps an exception of the host's code. Always false, for the stage that failed.</summary>
    public bool Catch(Exception error)
    {
        Error = error;
        return false;
    }

    /// <summary>The beginning of a stage, for <see cref="Record"/>.</summary>
    public long Clock() => _trace is null ? 0 : _budget.Time.GetTimestamp();

    /// <summary>Adds a stage to the trace. Only while <see cref="IsTraced"/>.</summary>
    public void Record(string stage, int rowsIn, int rowsOut, long bytes, long start, string note) =>
        _trace!.Add(new TraceStage(stage, rowsIn, rowsOut, bytes, _budget.Time.GetElapsedTime(start).TotalMicroseconds, note));
}
