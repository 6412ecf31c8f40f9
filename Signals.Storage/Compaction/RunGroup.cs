namespace Signals.Storage.Compaction;

/// <summary>
/// The runs of one event type whose windows are held by one and the same range and by no shorter one: those of a single window, or those that
/// reach over the middle of a longer range. What may be merged tier by tier, and what each reason would take of it. One thread.
/// </summary>
internal sealed class RunGroup(ushort eventType, int level, ulong range)
{
    private readonly List<CompactionRun> _runs = [];
    private readonly List<CompactionRun> _patches = [];
    private CompactionChoice?[] _choices = new CompactionChoice?[CompactionPicker.GroupReasons.Length];

    /// <summary>The event type.</summary>
    public ushort EventType => eventType;

    /// <summary>How long the range is; see <see cref="CompactionRun.Level"/>.</summary>
    public int Level => level;

    /// <summary>Which range it is.</summary>
    public ulong Range => range;

    /// <summary>Runs of events.</summary>
    public int Count => _runs.Count;

    /// <summary>Start of the first window with rows, as of the last <see cref="Decide"/>.</summary>
    public long Start { get; private set; }

    /// <summary>Runs of events as of the last <see cref="Decide"/>.</summary>
    public int DecidedCount { get; private set; }

    /// <summary>Whether nothing is left in it.</summary>
    public bool IsEmpty => _runs.Count == 0 && _patches.Count == 0;

    /// <summary>Whether the index has to ask again what is to be done.</summary>
    public bool IsStale { get; set; }

    /// <summary>What a reason would take, or null.</summary>
    public CompactionChoice? this[int reason] => _choices[reason];

    /// <summary>Adds a run, or patches.</summary>
    public void Add(in CompactionRun run) => ListOf(run).Add(run);

    /// <summary>Takes a run out.</summary>
    public void Remove(CompactionRun run) => ListOf(run).RemoveAll(held => held.Number == run.Number);

    /// <summary>Asks every reason anew.</summary>
    public void Decide(CompactionOptions options)
    {
        CompactionRun[] runs = [.. _runs.OrderBy(run => run.Bytes).ThenBy(run => run.Number)];
        CompactionRun[] patches = [.. _patches.Where(run => run.IsDue).OrderBy(run => run.Number)];
        _choices = [.. CompactionPicker.GroupReasons.Select(pick => pick(runs, patches, options))];
        Start = IsEmpty ? 0 : _runs.Concat(_patches).Min(run => run.WindowStart);
        DecidedCount = runs.Length;
    }

    private List<CompactionRun> ListOf(in CompactionRun run) => run.Kind == Tables.RunKind.Events ? _runs : _patches;
}
