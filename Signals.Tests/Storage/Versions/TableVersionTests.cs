using Signals.Core.Columns;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Versions;

/// <summary>An edit makes the next version: tables newest first, patches apart, and what does not fit is refused.</summary>
[Category("Fast")]
internal sealed class TableVersionTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("a"))
        .EventType("click", t => t.Field<int>("a")));

    private readonly MemoryFileSystem _files = new();

    [Test]
    public void Apply_AddAndRemove_OrdersTablesNewestFirst()
    {
        TableVersion first = Add(TableVersion.Empty, Write(1, 0, 0, 50), Write(2, 0, 100, 150), Write(3, 0, 0, 60), Write(4, 1, 0, 5));
        TableVersion second = Add(first, [1], Write(5, 0, 100, 110));

        Assert.That(Numbers(first.TablesOf(0)), Is.EqualTo(new ulong[] { 2, 3, 1 }));
        Assert.That(Numbers(second.TablesOf(0)), Is.EqualTo(new ulong[] { 2, 5, 3 }));
        Assert.That(Numbers(second.TablesOf(1)), Is.EqualTo(new ulong[] { 4 }));
        Assert.That(second.TablesOf(9).Length, Is.Zero);
        Assert.That(second.TryGet(1, out _), Is.False);
        Assert.That(first.Tables, Has.Count.EqualTo(4), "A version never changes.");
    }

    [Test]
    public void Apply_RunOfPatches_StaysApartFromTheEvents()
    {
        TableVersion version = Add(
            TableVersion.Empty, Write(21, 0, 0, 50), Write(22, 0, 0, 60, RunKind.Patches), Write(23, 0, 0, 70, RunKind.Patches));

        Assert.That(Numbers(version.TablesOf(0)), Is.EqualTo(new ulong[] { 21 }));
        Assert.That(Numbers(version.PatchesOf(0)), Is.EqualTo(new ulong[] { 23, 22 }));
        Assert.That((version.PatchesOf(1).Length, version.PatchesOf(9).Length, version.Tables.Count), Is.EqualTo((0, 0, 3)));
    }

    [Test]
    public void Apply_EditThatDoesNotFit_IsRefused()
    {
        Table table = Write(11, 0, 0, 50);
        TableVersion version = Add(TableVersion.Empty, table);

        Assert.That(() => Add(version, [7]), Throws.ArgumentException);
        Assert.That(() => Add(version, table), Throws.ArgumentException);
        Assert.That(() => version.Apply(Edits.Add(9), []), Throws.ArgumentException);
    }

    private static ulong[] Numbers(ReadOnlySpan<Table> tables) => [.. tables.ToArray().Select(t => t.Meta.Number)];

    private static TableVersion Add(TableVersion version, params Table[] tables) => Add(version, [], tables);

    private static TableVersion Add(TableVersion version, ulong[] removed, params Table[] tables)
    {
        VersionEdit edit = new VersionEdit().Remove(removed);
        edit.AddedTables.AddRange(tables.Select(t => t.Meta));
        return version.Apply(edit, tables);
    }

    private Table Write(ulong number, int type, long window, long time, RunKind kind = RunKind.Events)
    {
        EventTypeSchema schema = Schema.EventTypes[type];
        RowDefaults defaults = RowDefaults.Streamed with { Kind = kind };
        RowBuffer rows = new([.. schema.Columns.Select(c => c.Type)]);
        rows.AppendKey(time, 1);
        rows.FillAbsent();
        using var writer = new TableWriter(_files, StoreFiles.Table(number), number, schema, window, new TableOptions(), defaults);
        writer.Add(UserId.From(1), rows, 0, 1);
        return Table.Open(_files, StoreFiles.Table(number), writer.Finish(), schema, new BlockCache(1 << 20));
    }
}
