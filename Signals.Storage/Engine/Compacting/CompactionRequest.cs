using Signals.Storage.Compaction;
using Signals.Storage.Tables;

namespace Signals.Storage.Engine.Compacting;

/// <summary>
/// The tables that a request to compact everything still covers: those that existed when it began, and those that it made of them.
/// Later tables are left to the background, because under steady ingest the request would not end otherwise.
/// </summary>
/// <remarks>Thread contract: guarded by the compactor's lock. Lifetime: one request.</remarks>
internal sealed class CompactionRequest(IEnumerable<ulong> tables, DiskLimits limits)
{
    // Each merge of a request leaves fewer tables, or tables that overlap with fewer others, so a row is written a few times only.
    // Where limits of tables and of users keep merges from that, this bound ends the request.
    private const int MostRewrites = 24;

    private readonly Dictionary<ulong, int> _rewrites = [];
    private readonly HashSet<ulong> _tables = [.. tables];
    private readonly HashSet<ulong> _made = [];
    private readonly HashSet<ulong> _withoutSurplus = [];
    private readonly HashSet<ulong> _placed = [];
    private readonly HashSet<ulong> _settled = [];

    /// <summary>What may be left out for good. It stays the same for the whole request, which would not end otherwise.</summary>
    public DiskLimits Limits => limits;

    /// <summary>Whether the request covers the table. The background leaves it alone meanwhile.</summary>
    public bool Covers(ulong table) => _tables.Contains(table);

    /// <summary>Whether the request wrote the table. Then it holds nothing of users that were erased before the request.</summary>
    public bool Made(ulong table) => _made.Contains(table);

    /// <summary>
    /// Whether the request put the rows of the table where they belong, so that it is not merged with its neighbours again.
    /// </summary>
    public bool IsPlaced(ulong table) => _placed.Contains(table);

    /// <summary>
    /// Whether the request is done with the table: no other table that it covers overlaps it in a window and in its range of users,
    /// or merging it again would not make the tables fewer.
    /// </summary>
    public bool IsSettled(ulong table) => _settled.Contains(table);

    /// <summary>Whether the table is known to hold no row that last-N puts out of reach.</summary>
    public bool IsWithoutSurplus(ulong table) => _withoutSurplus.Contains(table);

    /// <summary>
    /// Remembers that last-N puts no row of the table out of reach. It stays so: rows that are left out of a newer window were beyond the
    /// last N themselves, so no older row comes back into reach.
    /// </summary>
    public void SetWithoutSurplus(ulong table) => _withoutSurplus.Add(table);

    /// <summary>Covers the tables that a plan made in place of those that it merged.</summary>
    public void Replace(CompactionWork work, MergeResult result)
    {
        _tables.ExceptWith(work.Tables);
        bool isRewrite = work.Reason is CompactionReason.Surplus or CompactionReason.Erasure or CompactionReason.Dropped;
        bool settles = (work.Reason == CompactionReason.Full && work.Cuts is null)
            || (isRewrite && work.Tables.All(_settled.Contains));
        int rewrites = 1 + work.Tables.Max(_rewrites.GetValueOrDefault);
        settles |= rewrites >= MostRewrites
            || (work is { Reason: CompactionReason.Full, Cuts.Count: 0 } && result.Added.Count >= work.Tables.Count);
        bool places = settles || work.Cuts is { Count: > 0 } || (isRewrite && work.Tables.All(_placed.Contains));
        foreach (TableMeta added in result.Added)
        {
            _tables.Add(added.Number);
            _made.Add(added.Number);
            _rewrites[added.Number] = rewrites;
            _ = settles && _settled.Add(added.Number);
            _ = places && _placed.Add(added.Number);
            if (work.Reason == CompactionReason.Surplus)
            {
                _withoutSurplus.Add(added.Number);
            }
        }
    }

    /// <summary>Covers what a fold left of patch runs in place of these. Runs of events keep their numbers.</summary>
    public void Replace(FoldResult result)
    {
        foreach (FoldedPatches patches in result.Patches)
        {
            if (_tables.Remove(patches.Patches) && patches.After is { } after)
            {
                _tables.Add(after.Number);
                _made.Add(after.Number);
            }
        }
    }
}
