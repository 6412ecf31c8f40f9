using Signals.Storage.Compaction;
using Signals.Storage.Tables;

namespace Signals.Storage.Engine;

/// <summary>
/// What a request to compact everything still covers: the tables that existed when it began and what it made of them. Later
/// tables are left to the background, or the request would have no end under steady ingest.
/// </summary>
/// <remarks>Thread contract: guarded by the compactor's lock. Lifetime: one request.</remarks>
internal sealed class CompactionRequest(IEnumerable<ulong> tables, long nowMs)
{
    private readonly HashSet<ulong> _tables = [.. tables];
    private readonly HashSet<ulong> _made = [];
    private readonly HashSet<ulong> _withoutSurplus = [];
    private readonly HashSet<ulong> _placed = [];
    private readonly HashSet<ulong> _settled = [];

    /// <summary>The moment that ages are taken at: events that expire meanwhile would be work without end.</summary>
    public long NowMs => nowMs;

    /// <summary>Whether the request covers the table; nobody else compacts it meanwhile.</summary>
    public bool Covers(ulong table) => _tables.Contains(table);

    /// <summary>Whether the request wrote the table. Whoever was erased before the request is then not in it.</summary>
    public bool Made(ulong table) => _made.Contains(table);

    /// <summary>Whether the request put the rows of the table where they belong, so that it is not merged with its neighbours again.</summary>
    public bool IsPlaced(ulong table) => _placed.Contains(table);

    /// <summary>Whether no other table that the request covers meets the table in a window.</summary>
    public bool IsSettled(ulong table) => _settled.Contains(table);

    /// <summary>Whether it is known that last-N reaches every row of the table.</summary>
    public bool IsWithoutSurplus(ulong table) => _withoutSurplus.Contains(table);

    /// <summary>Remembers that. It stays so: leaving out what is beyond the last N of a newer window wants no older row back.</summary>
    public void SetWithoutSurplus(ulong table) => _withoutSurplus.Add(table);

    /// <summary>Covers the result of a plan in place of its tables.</summary>
    public void Replace(CompactionPlan plan, MergeResult result)
    {
        _tables.ExceptWith(plan.Tables);
        bool isRewrite = plan.Reason is CompactionReason.Surplus or CompactionReason.Erasure;
        bool settles = (plan.Reason == CompactionReason.Full && plan.Cuts is null)
            || (isRewrite && plan.Tables.All(_settled.Contains));
        bool places = settles || plan.Cuts is { Count: > 0 } || (isRewrite && plan.Tables.All(_placed.Contains));
        foreach (TableMeta added in result.Added)
        {
            _tables.Add(added.Number);
            _made.Add(added.Number);
            _ = settles && _settled.Add(added.Number);
            _ = places && _placed.Add(added.Number);
            if (plan.Reason == CompactionReason.Surplus)
            {
                _withoutSurplus.Add(added.Number);
            }
        }
    }

    /// <summary>Covers what a fold left of patch runs in their place. Runs of events keep their numbers.</summary>
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
