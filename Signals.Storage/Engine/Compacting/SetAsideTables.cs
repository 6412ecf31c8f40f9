using Signals.Storage.Compaction;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Compacting;

/// <summary>
/// The tables that compactions leave alone, and why. A table that would fail again is left alone for as long as the store is open;
/// one that may not fail again only for one round.
/// </summary>
/// <remarks>
/// Thread contract: the compactor's lock, except <see cref="Count"/>, which any thread reads. Lifetime: that of the compactor.
/// </remarks>
internal sealed class SetAsideTables
{
    private readonly Dictionary<ulong, (RunRestriction Aside, Exception Reason)> _aside = [];
    private readonly HashSet<ulong> _postponed = [];
    private int _count;

    /// <summary>How many tables are set aside. Postponed ones do not count.</summary>
    public int Count => Volatile.Read(ref _count);

    public RunRestriction this[ulong table] =>
        _postponed.Contains(table) ? RunRestriction.Untouched : _aside.GetValueOrDefault(table).Aside;

    /// <summary>
    /// The tables that an error of work on tables is about. They are set aside, so that everything else goes on. There are none for an
    /// error that may pass, such as a full disk.
    /// </summary>
    public IReadOnlyList<(ulong Table, RunRestriction Aside)> Blame(CompactionWork? work, TableVersion version, Exception error)
    {
        IReadOnlyList<ulong> tables = work?.Tables ?? [];
        List<(ulong, RunRestriction)> blamed = error switch
        {
            CorruptionException damage => OfDamage([.. Damaged(version, damage)], work?.IsFold == true ? tables : []),
            UserLimitException limit => [(limit.Table, tables.Count > 1 ? RunRestriction.Alone : RunRestriction.Untouched)],
            TableLimitException => Wholes(tables),
            OperationCanceledException or SignalsException or OutOfMemoryException or ObjectDisposedException => [],
            _ => Wholes(tables),
        };
        if (blamed.Count == 0 && error is CorruptionException)
        {
            blamed = [.. tables.Select(table => (table, RunRestriction.Untouched))];
        }

        // Tables that are set aside already and fail again: setting them aside once more would not help, so the caller gets the error.
        return blamed.TrueForAll(one => this[one.Item1] >= one.Item2) ? [] : blamed;
    }

    public void Set(ulong table, RunRestriction aside, Exception reason)
    {
        _aside[table] = (aside, reason);
        Volatile.Write(ref _count, _aside.Count);
    }

    /// <summary>Leaves tables alone until <see cref="Release"/>, so that what can be done is done before they are tried again.</summary>
    public void Postpone(IEnumerable<ulong> tables) => _postponed.UnionWith(tables);

    /// <summary>Ends the postponement of all tables, and returns these.</summary>
    public ulong[] Release()
    {
        ulong[] released = [.. _postponed];
        _postponed.Clear();
        return released;
    }

    /// <summary>Forgets a table that left the store.</summary>
    public void Forget(ulong table)
    {
        _postponed.Remove(table);
        if (_aside.Remove(table))
        {
            Volatile.Write(ref _count, _aside.Count);
        }
    }

    /// <summary>Why a table is set aside; null when it is not.</summary>
    public Exception? ReasonOf(ulong table) =>
        _aside.TryGetValue(table, out (RunRestriction Aside, Exception Reason) found) ? found.Reason : null;

    private static List<(ulong, RunRestriction)> Wholes(IReadOnlyList<ulong> tables) =>
        [.. tables.Select(table => (table, tables.Count > 1 ? RunRestriction.Alone : RunRestriction.Untouched))];

    // A fold reads runs of events that its plan does not name, and each of its patches may need another of them. So patches that were
    // folded together are tried one by one next, and only those that fail again are left alone.
    private static List<(ulong, RunRestriction)> OfDamage(ulong[] damaged, IReadOnlyList<ulong> folded) =>
    [
        .. damaged.Select(table => (table, RunRestriction.Untouched)),
        .. Wholes(folded).Where(one => !damaged.Contains(one.Item1)),
    ];

    private static IEnumerable<ulong> Damaged(TableVersion version, CorruptionException damage)
    {
        string name = Path.GetFileName(damage.File);
        return version.Tables.Where(table => StoreFiles.FilesOf(table.Meta).Contains(name)).Select(table => table.Meta.Number);
    }
}
