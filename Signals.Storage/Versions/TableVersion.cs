using System.Collections.Frozen;
using System.Diagnostics;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// The tables that a read sees: per event type, runs of events, newest first, and runs of patches apart from them. A read walks the
/// runs of events in order and may stop once it holds N rows that are all newer than the next one's newest.
/// Immutable; any thread, no locks. A version does not own its tables: whoever replaces it closes the tables that left,
/// after the last reader of the old version is gone.
/// Invariants: tables of a type go by (MaxTime descending, number descending).
/// </summary>
internal sealed class TableVersion
{
    /// <summary>The version without tables.</summary>
    public static TableVersion Empty { get; } = new([], [], []);

    private readonly FrozenDictionary<ulong, Table> _byNumber;
    private readonly Table[][] _byType;
    private readonly Table[][] _patches;
    private readonly FilterGroup[][] _groups;
    private readonly FilterGroup[][] _patchGroups;

    private TableVersion(Dictionary<ulong, Table> tables, FilterGroup[][] groups, FilterGroup[][] patchGroups)
    {
        _byNumber = tables.ToFrozenDictionary();
        int types = tables.Count == 0 ? 0 : tables.Values.Max(t => t.Meta.EventType) + 1;
        _byType = new Table[types][];
        _patches = new Table[types][];
        _groups = new FilterGroup[types][];
        _patchGroups = new FilterGroup[types][];
        long room = FilterGroups.RoomFor(tables.Values);
        ILookup<ushort, Table> byType = tables.Values.ToLookup(t => t.Meta.EventType);
        for (int type = 0; type < types; type++)
        {
            Table[] newestFirst =
                [.. byType[(ushort)type].OrderByDescending(t => t.Meta.MaxTime).ThenByDescending(t => t.Meta.Number)];
            _byType[type] = Array.FindAll(newestFirst, table => table.Meta.Kind == RunKind.Events);
            _patches[type] = Array.FindAll(newestFirst, table => table.Meta.Kind == RunKind.Patches);
            _groups[type] = FilterGroups.Of(_byType[type], type < groups.Length ? groups[type] : [], ref room);
            _patchGroups[type] = FilterGroups.Of(_patches[type], type < patchGroups.Length ? patchGroups[type] : [], ref room);
        }

        AssertInvariants();
    }

    /// <summary>All tables, of either kind.</summary>
    public IReadOnlyCollection<Table> Tables => _byNumber.Values;

    /// <summary>Runs of events of a type, newest <see cref="TableMeta.MaxTime"/> first; empty for a type without tables.</summary>
    public ReadOnlySpan<Table> TablesOf(ushort eventType) => eventType < _byType.Length ? _byType[eventType] : [];

    /// <summary>Runs of patches of a type, newest <see cref="TableMeta.MaxTime"/> first.</summary>
    public ReadOnlySpan<Table> PatchesOf(ushort eventType) => eventType < _patches.Length ? _patches[eventType] : [];

    /// <summary>Memory of the groups of filters.</summary>
    public long FilterBytes => _groups.Concat(_patchGroups).SelectMany(groups => groups).Sum(group => group.Bytes);

    /// <summary>Runs of events that may have a user.</summary>
    /// <param name="eventType">The type.</param>
    /// <param name="hash">The user's hash.</param>
    public TableCandidates CandidatesOf(ushort eventType, ulong hash) => new(eventType < _groups.Length ? _groups[eventType] : [], hash);

    /// <summary>Runs of patches that may have a user.</summary>
    /// <param name="eventType">The type.</param>
    /// <param name="hash">The user's hash.</param>
    public TableCandidates PatchCandidatesOf(ushort eventType, ulong hash) =>
        new(eventType < _patchGroups.Length ? _patchGroups[eventType] : [], hash);

    /// <summary>The table with a file number, if it is in this version.</summary>
    public bool TryGet(ulong number, out Table table) => _byNumber.TryGetValue(number, out table!);

    /// <summary>This version after <paramref name="edit"/>.</summary>
    /// <param name="edit">Tables in and out.</param>
    /// <param name="opened">The added tables, opened; in any order.</param>
    /// <exception cref="ArgumentException">The edit does not fit this version, or a table of it is not open.</exception>
    public TableVersion Apply(VersionEdit edit, IReadOnlyCollection<Table> opened)
    {
        var tables = new Dictionary<ulong, Table>(_byNumber);
        foreach (ulong number in edit.RemovedTables)
        {
            if (!tables.Remove(number))
            {
                throw new ArgumentException($"Table {number} is to be removed but is not in the version.", nameof(edit));
            }
        }

        foreach (TableMeta added in edit.AddedTables)
        {
            Table? table = opened.FirstOrDefault(t => t.Meta.Number == added.Number);
            if (table is null || !tables.TryAdd(added.Number, table))
            {
                throw new ArgumentException($"Table {added.Number} is to be added but is not open, or is there already.", nameof(opened));
            }
        }

        return new TableVersion(tables, _groups, _patchGroups);
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        for (int type = 0; type < _byType.Length; type++)
        {
            long previous = long.MaxValue;
            foreach (Table table in _byType[type])
            {
                Debug.Assert(table.Meta.MaxTime <= previous, "Readers stop early because tables go newest first.");
                previous = table.Meta.MaxTime;
            }
        }
    }
}
