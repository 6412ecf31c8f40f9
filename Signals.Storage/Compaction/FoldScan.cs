using Signals.Core.Model;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// Remembers which patch runs were tried on which runs of events, so that patches whose event is missing are not tried again
/// before there is something new. Thread contract: one thread at a time, that of compaction. It does no I/O. What it forgets, for
/// example at a restart, is only tried once more.
/// </summary>
/// <param name="graceMs">How long patches wait for their event after their import.</param>
internal sealed class FoldScan(long graceMs)
{
    /// <summary>
    /// How long an orphan that could not be dropped yet is left alone, because events of its user were on their way.
    /// </summary>
    private const long RetryMs = 60_000;

    private readonly Dictionary<ulong, Memo> _memos = [];

    /// <summary>Whether folding a patch run now can change anything.</summary>
    /// <param name="patches">The patch run.</param>
    /// <param name="runs">The runs of events of its window that could hold its events.</param>
    /// <param name="nowMs">The current time, ms since the Unix epoch.</param>
    /// <param name="always">Whether rows that are gone but still in the file are reason enough.</param>
    public bool IsDue(Table patches, ReadOnlySpan<Table> runs, long nowMs, bool always)
    {
        Memo memo = MemoOf(patches);
        foreach (Table run in runs)
        {
            if (!memo.Tried.Contains(run.Meta.Number))
            {
                return true;
            }
        }

        return (always && memo.Gone.Count > 0) || (IsGraceOver(patches, nowMs) && nowMs >= memo.NotBeforeMs);
    }

    /// <summary>
    /// Makes a fold's input of a patch run. What the fold finds out counts once it is committed: see <see cref="RememberFold"/>.
    /// </summary>
    public FoldInput InputOf(Table patches, long nowMs)
    {
        RowBits gone = MemoOf(patches).Gone;
        return new FoldInput(patches, PlantedBugs.Has(PlantedBugs.FailedFoldIsDone) ? gone : gone.Clone(), IsGraceOver(patches, nowMs));
    }

    /// <summary>
    /// The runs of events to try the patches on: all of them before an orphan may be dropped, otherwise only the new ones.
    /// </summary>
    public Table[] RunsFor(ReadOnlySpan<FoldInput> inputs, ReadOnlySpan<Table> runs)
    {
        List<Table> wanted = [];
        foreach (Table run in runs)
        {
            foreach (FoldInput input in inputs)
            {
                if (input.IsGraceOver || !MemoOf(input.Table).Tried.Contains(run.Meta.Number))
                {
                    wanted.Add(run);
                    break;
                }
            }
        }

        return [.. wanted];
    }

    /// <summary>Remembers a fold that was committed or that changed nothing.</summary>
    public void RememberFold(FoldResult result, ReadOnlySpan<FoldInput> inputs, ReadOnlySpan<Table> runs, long nowMs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            FoldedPatches patches = result.Patches[i];
            Memo before = MemoOf(inputs[i].Table);
            _memos.Remove(patches.Patches);
            if (patches.After is not { } after)
            {
                continue;
            }

            Memo memo = new(after.Number == patches.Patches ? inputs[i].Gone : new RowBits(after.Rows), before.Tried);
            foreach (Table run in runs)
            {
                memo.Tried.Add(run.Meta.Number);
            }

            memo.Held = patches.Held;
            memo.NotBeforeMs = inputs[i].IsGraceOver ? nowMs + RetryMs : 0;
            _memos.Add(after.Number, memo);
        }
    }

    /// <summary>Notes a merge of runs of events: the merged run counts as tried when all of its inputs were.</summary>
    public void RememberMerge(MergeResult merge)
    {
        foreach (Memo memo in _memos.Values)
        {
            bool wasTried = memo.Tried.IsSupersetOf(merge.Removed);
            memo.Tried.ExceptWith(merge.Removed);
            if (wasTried)
            {
                memo.Tried.UnionWith(merge.Added.Select(added => added.Number));
            }
        }
    }

    /// <summary>Forgets a patch run that left the store.</summary>
    public void Forget(ulong tableNumber) => _memos.Remove(tableNumber);

    /// <summary>The numbers of the patch runs that something is remembered of.</summary>
    public IEnumerable<ulong> Tables => _memos.Keys;

    /// <summary>How many rows of patch runs are gone but still in their file.</summary>
    public long GoneRows => _memos.Values.Sum(memo => memo.Gone.Count);

    /// <summary>The patches that were tried and wait for their event, one entry for each run.</summary>
    public IEnumerable<OrphanCount> Held() => _memos.Values.Where(memo => memo.Held is { Count: > 0 }).Select(memo => memo.Held!);

    private bool IsGraceOver(Table patches, long nowMs) => nowMs - patches.Meta.ImportedMs > graceMs;

    private Memo MemoOf(Table patches)
    {
        if (!_memos.TryGetValue(patches.Meta.Number, out Memo? memo))
        {
            memo = new Memo(new RowBits(patches.Meta.Rows), []);
            _memos.Add(patches.Meta.Number, memo);
        }

        return memo;
    }

    private sealed class Memo(RowBits gone, HashSet<ulong> tried)
    {
        public RowBits Gone => gone;

        public HashSet<ulong> Tried => tried;

        public OrphanCount? Held { get; set; }

        public long NotBeforeMs { get; set; }
    }
}
