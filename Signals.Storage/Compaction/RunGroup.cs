namespace Signals.Storage.Compaction;

/// <summary>
/// The runs of one event type whose windows fit one range, and no shorter one: runs of a single window, or runs that cross the
/// middle of a longer range. These runs may be merged by size. The group also holds what each reason would compact of it. Thread
/// contract: one thread.
/// </summary>
internal sealed class RunGroup(ushort eventType, int level, ulong range)
{
    private readonly List<RunSummary> _runs = [];
    private readonly List<RunSummary> _patches = [];
    private CompactionChoice?[] _choices = new CompactionChoice?[CompactionPicker.GroupReasons.Length];

    /// <summary>The event type.</summary>
    public ushort EventType => eventType;

    /// <summary>How long the range is; see <see cref="RunSummary.Level"/>.</summary>
    public int Level => level;

    /// <summary>The number of the range at its level.</summary>
    public ulong Range => range;

    /// <summary>How many runs of events.</summary>
    public int Count => _runs.Count;

    /// <summary>Start of the first window with rows, as of the last <see cref="Decide"/>.</summary>
    public long Start { get; private set; }

    /// <summary>How many runs of events there were at the last <see cref="Decide"/>.</summary>
    public int DecidedCount { get; private set; }

    /// <summary>Whether the group holds no run and no patches.</summary>
    public bool IsEmpty => _runs.Count == 0 && _patches.Count == 0;

    /// <summary>Whether the group changed since the last <see cref="Decide"/>.</summary>
    public bool IsStale { get; set; }

    /// <summary>What a reason would compact, or null.</summary>
    public CompactionChoice? this[int reason] => _choices[reason];

    /// <summary>Adds a run of events or of patches.</summary>
    public void Add(in RunSummary run) => ListOf(run).Add(run);

    /// <summary>Removes a run.</summary>
    public void Remove(RunSummary run) => ListOf(run).RemoveAll(held => held.Number == run.Number);

    /// <summary>Decides anew for every reason.</summary>
    public void Decide(CompactionOptions options)
    {
        RunSummary[] runs = [.. _runs.OrderBy(run => run.Bytes).ThenBy(run => run.Number)];
        RunSummary[] patches = [.. _patches.Where(run => run.IsDue).OrderBy(run => run.Number)];

        // What a full compaction divided between users would otherwise be merged again, and then divided again.
        RunSummary[] fewer = [.. runs.Where(run => !run.IsFull && !run.IsSettled)];
        _choices = [.. CompactionPicker.GroupReasons.Select(
            (pick, reason) => pick(CompactionPicker.IsForFewer(reason) ? fewer : runs, patches, options))];
        Start = IsEmpty ? 0 : _runs.Concat(_patches).Min(run => run.WindowStart);
        DecidedCount = runs.Length;
    }

    private List<RunSummary> ListOf(in RunSummary run) => run.Kind == Signals.Storage.Tables.RunKind.Events ? _runs : _patches;
}
