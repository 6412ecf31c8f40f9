using System.Collections.Frozen;
using System.Diagnostics;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// The tables that a read sees: for each event type the runs of events, newest first, and separately the runs of patches. A read
/// walks the runs of events in order. It may stop once it holds N rows that are all newer than the newest row of the next run.
/// Thread contract: immutable; any thread, without locks. Invariant: the tables of an event type are ordered by MaxTime
/// descending, then number descending. Lifetime: a version does not own its tables. The code that replaces a version closes the
/// tables that left it, after the last reader of the old version has gone.
/// </summary>
internal sealed class TableVersion
{
    /// <summary>The version without tables.</summary>
    public static TableVersion Empty { get; } = new([], [], [], []);

    private readonly FrozenDictionary<ulong, Table> _byNumber;
    private readonly Table[][] _byType;
    private readonly Table[][] _patches;
    private readonly FilterGroup[][] _groups;
    private readonly FilterGroup[][] _patchGroups;
    private readonly long[] _newestUnsettled;
    private readonly ulong[] _answerGenerations; // never shorter than in the version before

    private TableVersion(
        Dictionary<ulong, Table> tables, FilterGroup[][] groups, FilterGroup[][] patchGroups, ulong[] answerGenerations)
    {
        _answerGenerations = answerGenerations;
        _byNumber = tables.ToFrozenDictionary();
        int types = tables.Count == 0 ? 0 : tables.Values.Max(t => t.Meta.EventType) + 1;
        _byType = new Table[types][];
        _patches = new Table[types][];
        _groups = new FilterGroup[types][];
        _patchGroups = new FilterGroup[types][];
        _newestUnsettled = new long[types];
        long room = FilterGroups.RoomFor(tables.Values);
        ILookup<ushort, Table> byType = tables.Values.ToLookup(t => t.Meta.EventType);
        for (int type = 0; type < types; type++)
        {
            Table[] newestFirst =
                [.. byType[(ushort)type].OrderByDescending(t => t.Meta.MaxTime).ThenByDescending(t => t.Meta.Number)];
            _byType[type] = Array.FindAll(newestFirst, table => table.Meta.Kind == RunKind.Events);
            _patches[type] = Array.FindAll(newestFirst, table => table.Meta.Kind == RunKind.Patches);
            _newestUnsettled[type] = newestFirst.Where(IsUnsettled).Select(t => t.Meta.MaxTime).DefaultIfEmpty(long.MinValue).Max();
            _groups[type] = FilterGroups.Arrange(_byType[type], type < groups.Length ? groups[type] : [], ref room);
            _patchGroups[type] = FilterGroups.Arrange(_patches[type], type < patchGroups.Length ? patchGroups[type] : [], ref room);
        }

        AssertInvariants();
    }

    /// <summary>All tables, of both kinds.</summary>
    public IReadOnlyCollection<Table> Tables => _byNumber.Values;

    /// <summary>
    /// The runs of events of an event type, newest <see cref="TableMeta.MaxTime"/> first; empty for a type without tables.
    /// </summary>
    public ReadOnlySpan<Table> TablesOf(ushort eventType) => eventType < _byType.Length ? _byType[eventType] : [];

    /// <summary>The runs of patches of an event type, newest <see cref="TableMeta.MaxTime"/> first.</summary>
    public ReadOnlySpan<Table> PatchesOf(ushort eventType) => eventType < _patches.Length ? _patches[eventType] : [];

    /// <summary>Bytes of memory of the groups of filters.</summary>
    public long FilterBytes => _groups.Concat(_patchGroups).SelectMany(groups => groups).Sum(group => group.Bytes);

    /// <summary>The runs of events that may have a user.</summary>
    /// <param name="eventType">The event type.</param>
    /// <param name="hash">The hash of the user.</param>
    public TableCandidates CandidatesOf(ushort eventType, ulong hash) =>
        new(eventType < _groups.Length ? _groups[eventType] : [], hash);

    /// <summary>The runs of patches that may have a user.</summary>
    /// <param name="eventType">The event type.</param>
    /// <param name="hash">The hash of the user.</param>
    public TableCandidates PatchCandidatesOf(ushort eventType, ulong hash) =>
        new(eventType < _patchGroups.Length ? _patchGroups[eventType] : [], hash);

    /// <summary>
    /// Changes whenever the tables of an event type answer otherwise than before, by more than what a flush took over from memtables: by
    /// an import, or when corrections leave or become part of other tables.
    /// </summary>
    public ulong AnswerGenerationOf(ushort eventType) => eventType < _answerGenerations.Length ? _answerGenerations[eventType] : 0;

    /// <summary>
    /// The newest time at which a table of an event type may have corrections or a retraction of an event that has not come yet;
    /// <see cref="long.MinValue"/> when none has.
    /// </summary>
    public long NewestUnsettledOf(ushort eventType) =>
        eventType < _newestUnsettled.Length ? _newestUnsettled[eventType] : long.MinValue;

    /// <summary>Whether tables of an event type have events that were retracted.</summary>
    public bool HasRetractions(ushort eventType)
    {
        foreach (Table table in TablesOf(eventType))
        {
            if (table.Meta.Traits != RowTraits.None)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The table with a file number.</summary>
    /// <exception cref="InvalidOperationException">No table has the number: a plan or an edit was made for another version.</exception>
    public Table this[ulong number] =>
        TryGet(number, out Table table) ? table : throw new InvalidOperationException($"Table {number} is not in the version.");

    /// <summary>Finds the table with a number, if it is in this version.</summary>
    public bool TryGet(ulong number, out Table table) => _byNumber.TryGetValue(number, out table!);

    /// <summary>The version that results from this one and <paramref name="edit"/>.</summary>
    /// <param name="edit">The tables that are added and removed.</param>
    /// <param name="opened">The added tables, opened, in any order.</param>
    /// <exception cref="ArgumentException">The edit does not fit this version, or an added table is not open.</exception>
    public TableVersion Apply(VersionEdit edit, IReadOnlyCollection<Table> opened)
    {
        var tables = new Dictionary<ulong, Table>(_byNumber);
        foreach (ulong number in edit.RemovedTables)
        {
            if (!tables.Remove(number))
            {
                throw new ArgumentException($"The edit removes table {number}, which is not in the version.", nameof(edit));
            }
        }

        foreach (TableMeta added in edit.AddedTables)
        {
            Table? table = opened.FirstOrDefault(t => t.Meta.Number == added.Number);
            if (table is null || !tables.TryAdd(added.Number, table))
            {
                throw new ArgumentException(
                    $"The edit adds table {added.Number}, which is not open or is in the version already.", nameof(opened));
            }
        }

        return new TableVersion(tables, _groups, _patchGroups, NextAnswerGenerations(edit));
    }

    private static bool IsUnsettled(Table table) => table.Meta.Kind == RunKind.Patches || table.Meta.Traits != RowTraits.None;

    // A flush moves rows, a merge puts them together, and a drop takes what no read returns: none of them changes an answer.
    private ulong[] NextAnswerGenerations(VersionEdit edit)
    {
        bool isImport = edit.FlushedPosition is null && edit.RemovedTables.Count == 0;
        if (!isImport && !edit.RemovedTables.Exists(number => this[number].Meta.Kind == RunKind.Patches))
        {
            return _answerGenerations;
        }

        IEnumerable<ushort> changed = edit.AddedTables.Select(table => table.EventType)
            .Concat(edit.RemovedTables.Select(number => this[number].Meta.EventType));
        ulong[] next = [.. _answerGenerations];
        foreach (ushort type in changed.Distinct())
        {
            Array.Resize(ref next, Math.Max(next.Length, type + 1));
            next[type]++;
        }

        return next;
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        for (int type = 0; type < _byType.Length; type++)
        {
            long previous = long.MaxValue;
            foreach (Table table in _byType[type])
            {
                Debug.Assert(table.Meta.MaxTime <= previous, "Tables must be ordered newest first, because readers stop early.");
                previous = table.Meta.MaxTime;
            }
        }
    }
}
