using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>
/// Tables that compactions leave alone, and why: for as long as the store is open where trying again would end the same way, and for one round where it
/// may not.
/// </summary>
/// <remarks>Thread contract: guarded by the compactor's lock, but for <see cref="Count"/>. Lifetime: that of the compactor.</remarks>
internal sealed class AsideTables
{
    private readonly Dictionary<ulong, (RunAside Aside, Exception Reason)> _aside = [];
    private readonly HashSet<ulong> _postponed = [];
    private int _count;

    /// <summary>How many are set aside; those that are postponed do not count.</summary>
    public int Count => Volatile.Read(ref _count);

    public RunAside this[ulong table] => _postponed.Contains(table) ? RunAside.Untouched : _aside.GetValueOrDefault(table).Aside;

    /// <summary>
    /// What an error of work on tables says about them: which to set aside, so that everything else goes on. None for an error that may pass,
    /// such as a full disk.
    /// </summary>
    public IReadOnlyList<(ulong Table, RunAside Aside)> Blame(CompactionPlan? plan, TableVersion version, Exception error)
    {
        IReadOnlyList<ulong> tables = plan?.Tables ?? [];
        List<(ulong, RunAside)> blamed = error switch
        {
            CorruptionException damage => [.. Damaged(version, damage).Concat(plan?.IsFold == true ? tables : []).Select(table => (table, RunAside.Untouched))],
            UserLimitException limit => [(limit.Table, tables.Count > 1 ? RunAside.Alone : RunAside.Untouched)],
            OperationCanceledException or SignalsException or OutOfMemoryException or ObjectDisposedException => [],
            _ => [.. tables.Select(table => (table, tables.Count > 1 ? RunAside.Alone : RunAside.Untouched))],
        };
        if (blamed.Count == 0 && error is CorruptionException)
        {
            blamed = [.. tables.Select(table => (table, RunAside.Untouched))];
        }

        // What was blamed before and is blamed again is no step ahead: then the error is the caller's.
        return blamed.TrueForAll(one => this[one.Item1] >= one.Item2) ? [] : blamed;
    }

    public void Set(ulong table, RunAside aside, Exception reason)
    {
        _aside[table] = (aside, reason);
        Volatile.Write(ref _count, _aside.Count);
    }

    /// <summary>Leaves tables alone until <see cref="Release"/>, so that what can be done is done before they are tried again.</summary>
    public void Postpone(IEnumerable<ulong> tables) => _postponed.UnionWith(tables);

    /// <summary>Ends that; gives the tables.</summary>
    public ulong[] Release()
    {
        ulong[] released = [.. _postponed];
        _postponed.Clear();
        return released;
    }

    /// <summary>A table that left the store.</summary>
    public void Forget(ulong table)
    {
        _postponed.Remove(table);
        if (_aside.Remove(table))
        {
            Volatile.Write(ref _count, _aside.Count);
        }
    }

    /// <summary>Why a table is set aside; null unless it is.</summary>
    public Exception? ReasonOf(ulong table) => _aside.TryGetValue(table, out (RunAside Aside, Exception Reason) found) ? found.Reason : null;

    private static IEnumerable<ulong> Damaged(TableVersion version, CorruptionException damage)
    {
        string name = Path.GetFileName(damage.File);
        return version.Tables.Where(table => StoreFiles.FilesOf(table.Meta).Contains(name)).Select(table => table.Meta.Number);
    }
}
