using Signals.Core.Columns;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Versions;

/// <summary>
/// Filters side by side: no table that has a user is passed over, hardly another is touched, and what did not change is shared.
/// </summary>
[Category("Fast")]
internal sealed class FilterGroupTests
{
    private const int Many = 2_000;
    private const long Room = 1L << 30;

    private readonly List<Table> _opened = [];

    [TearDown]
    public void CloseTables()
    {
        _opened.ForEach(table => table.Dispose());
        _opened.Clear();
    }

    [Test]
    public void TryNext_UnknownUserOfTwoThousandTables_LooksAtAWordOrFourOf64TablesAndTouchesHardlyOne()
    {
        TableVersion version = VersionOf([.. Enumerable.Range(1, Many).Select(number => Open(number, users: 12))]);
        long words = 0;
        int tables = 0;
        ulong[] hashes = [.. Enumerable.Range(0, 1000).Select(i => UserId.From((ulong)(1_000_001 + (2 * i))).Hash64)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (ulong hash in hashes)
        {
            TableCandidates candidates = version.CandidatesOf(0, hash);
            while (candidates.TryNext(long.MinValue, out _))
            {
                tables++;
            }

            words += candidates.Words;
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(words / hashes.Length, Is.LessThanOrEqualTo(130));
        Assert.That(tables, Is.LessThan(hashes.Length));
        Assert.That(version.FilterBytes, Is.LessThanOrEqualTo(4 * Many * UserFilter.BlockBytes));
    }

    [Test]
    public void TryNext_VersionsOfTablesOfAllSizes_HandsOutEveryTableThatHasTheUserNewestFirst([Values(1, 2, 3)] int seed)
    {
        Random random = new(seed);
        BlockCache small = new(40_000, holdsDirectories: true); // some filters have no room
        TableVersion version = TableVersion.Empty;
        int number = 0;
        for (int step = 0; step < 30; step++)
        {
            Table[] added = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ =>
                Open(++number, random.Next(6) == 0 ? 300 + random.Next(2000) : 1 + random.Next(60), random.Next(4) == 0 ? small : null))];
            VersionEdit edit = new();
            edit.AddedTables.AddRange(added.Select(table => table.Meta));
            edit.RemovedTables.AddRange(version.Tables.Where(_ => random.Next(10) == 0).Select(table => table.Meta.Number));
            version = version.Apply(edit, added);
            for (int i = 0; i < 20; i++)
            {
                RequireAll(version, User(random.Next(60 * number)), TableSample.WindowStart + random.Next(-1, 1000 * number));
            }
        }
    }

    [Test]
    public void Of_TablesThatDidNotChange_AreInTheGroupsOfBefore()
    {
        Table[] tables = [.. Enumerable.Range(1, 400).Select(number => Open(number, users: 3)).Reverse()];
        FilterGroup[] before = Groups(tables, []);
        Assert.That(before, Has.Length.EqualTo(7));
        Assert.That(Groups(tables, before), Is.EqualTo(before));

        Table[] withNewest = [Open(401, users: 3), .. tables];
        FilterGroup[] after = Groups(withNewest, before);
        Assert.That(after[1..], Is.EqualTo(before));

        Table[] further = [Open(402, users: 3), .. withNewest];
        FilterGroup[] joined = Groups(further, after);
        Assert.That((joined.Length, joined[0].Tables.Length), Is.EqualTo((8, 2)), "small groups in front become one");
        Assert.That(joined[1..], Is.EqualTo(before));

        Table[] without = [.. tables.Where((_, i) => i != 200)];
        Assert.That(Groups(without, before).Intersect(before).Count(), Is.EqualTo(6));
    }

    [Test]
    public void Of_NoRoom_AsksEachTable()
    {
        long room = 1000;
        FilterGroup[] groups = FilterGroups.Arrange(
            [.. Enumerable.Range(1, 70).Select(number => Open(number, users: 3)).Reverse()], [], ref room);
        Assert.That(groups.Sum(group => group.Bytes), Is.Zero);
        Assert.That(groups.Sum(group => (int)ulong.PopCount(group.Candidates(7, out _))), Is.EqualTo(70));
    }

    private static FilterGroup[] Groups(Table[] tables, FilterGroup[] before)
    {
        long room = Room;
        return FilterGroups.Arrange(tables, before, ref room);
    }

    private static void RequireAll(TableVersion version, UserId user, long time)
    {
        List<ulong> found = [];
        TableCandidates candidates = version.CandidatesOf(0, user.Hash64);
        while (candidates.TryNext(time, out Table table))
        {
            if (table.TryFind(user, out _))
            {
                found.Add(table.Meta.Number);
            }
        }

        List<ulong> expected = [];
        foreach (Table table in version.TablesOf(0))
        {
            if (table.Meta.MaxTime >= time && table.TryFind(user, out _))
            {
                expected.Add(table.Meta.Number);
            }
        }

        Assert.That(found, Is.EqualTo(expected));
    }

    private static TableVersion VersionOf(Table[] tables)
    {
        VersionEdit edit = new();
        edit.AddedTables.AddRange(tables.Select(table => table.Meta));
        return TableVersion.Empty.Apply(edit, tables);
    }

    // Neighbours share users.
    private Table Open(int number, int users, BlockCache? cache = null)
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<int>("a")), Users = [] };
        for (int i = 0; i < users; i++)
        {
            RowBuffer rows = sample.Users[User((30 * number) + i)] = sample.NewRows();
            rows.AppendKey(TableSample.WindowStart + (1000L * number) + i, 1);
            rows.Columns[0].Append(i);
        }

        Table table = sample.Write(number: (ulong)number).Open(cache ?? new BlockCache(Room));
        _opened.Add(table);
        return table;
    }

    private static UserId User(int i) => UserId.From(1000 + (2UL * (ulong)i));
}
