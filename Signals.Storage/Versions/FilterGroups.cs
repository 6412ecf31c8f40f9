using System.Diagnostics;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// Divides the tables of an event type into groups. Groups that did not change are taken over from the previous version. Thread
/// contract: any thread; stateless.
/// </summary>
internal static class FilterGroups
{
    private const int Full = FilterGroup.MostTables / 2; // a smaller group is joined with changed tables beside it
    private const int ShareOfCache = 8;

    /// <summary>The most bytes that all groups of a version may take.</summary>
    /// <param name="tables">The tables of the version, which share a cache.</param>
    public static long RoomFor(IReadOnlyCollection<Table> tables) => tables.Count == 0 ? 0 : tables.First().CacheBytes / ShareOfCache;

    /// <summary>Builds the groups of some tables.</summary>
    /// <param name="tables">The tables of one event type, newest first.</param>
    /// <param name="before">The groups of the previous version.</param>
    /// <param name="room">The bytes that are left for groups.</param>
    public static FilterGroup[] Arrange(Table[] tables, FilterGroup[] before, ref long room)
    {
        if (tables.Length == 0)
        {
            return [];
        }

        Dictionary<Table, FilterGroup> byFirst = before.ToDictionary(group => group.Tables[0]);
        List<FilterGroup> groups = [];
        int start = 0;
        for (int i = 0; i < tables.Length;)
        {
            if (byFirst.TryGetValue(tables[i], out FilterGroup? group) && IsAt(tables, i, group)
                && (group.Tables.Length >= Full || (start == i && !IsChanged(tables, i + group.Tables.Length, byFirst))))
            {
                Cut(tables.AsSpan(start, i - start), groups, ref room);
                room -= group.Bytes;
                groups.Add(group);
                i += group.Tables.Length;
                start = i;
            }
            else
            {
                i++;
            }
        }

        Cut(tables.AsSpan(start), groups, ref room);
        Debug.Assert(groups.Sum(group => group.Tables.Length) == tables.Length, "Each table must be in exactly one group.");
        return [.. groups];
    }

    private static bool IsAt(Table[] tables, int at, FilterGroup group) =>
        tables.Length - at >= group.Tables.Length && group.Tables.SequenceEqual(tables.AsSpan(at, group.Tables.Length));

    private static bool IsChanged(Table[] tables, int at, Dictionary<Table, FilterGroup> before) =>
        at < tables.Length && !(before.TryGetValue(tables[at], out FilterGroup? group) && IsAt(tables, at, group));

    private static void Cut(ReadOnlySpan<Table> tables, List<FilterGroup> groups, ref long room)
    {
        int count = (tables.Length + FilterGroup.MostTables - 1) / FilterGroup.MostTables;
        for (int left = count; left > 0; left--)
        {
            Table[] part = tables[..((tables.Length + left - 1) / left)].ToArray();
            FilterGroup group = new(part, room) { MaxTime = part[0].Meta.MaxTime };
            room -= group.Bytes;
            groups.Add(group);
            tables = tables[part.Length..];
        }
    }
}
