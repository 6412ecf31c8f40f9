using Signals.Core.Columns;
using Signals.Storage.Compaction;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Compaction;

/// <summary>Rows go into the table of the part of time that they lie in, to the millisecond.</summary>
[Category("Fast")]
internal sealed class WindowTablesTests
{
    [TestCase("300 299 201 200 199 101 100 99 -5", "-5..99 100..199 200..300")]
    [TestCase("200 200 199", "199..199 200..200")]
    [TestCase("200 100", "100..100 200..200")]
    [TestCase("99 98", "98..99")]
    [TestCase("100", "100..100")]
    [TestCase("201 99", "99..99 201..201")]
    public void Add_RowsAroundTheBoundaries_LieInTheirPart(string times, string expected)
    {
        using MergeStore store = new(MergeRows.Schema());
        using WindowTables output = new(
            new MergeTarget(new StoreFolder(store.Files, MergeStore.Folder), store.NextNumber, store.Type, new TableOptions(), 0),
            RowDefaults.Streamed, [100, 200]);
        foreach (ulong user in (ulong[])[1, 2])
        {
            RowBuffer rows = MergeRows.Buffer(store.Type);
            ulong id = 100;
            foreach (string time in times.Split(' '))
            {
                rows.AppendKey(long.Parse(time, System.Globalization.CultureInfo.InvariantCulture), id++);
            }

            rows.FillAbsent();
            output.Add(UserId.From(user), rows, 0, rows.Count);
        }

        List<TableMeta> tables = output.Finish();
        Assert.That(string.Join(' ', tables.Select(table => $"{table.MinTime}..{table.MaxTime}")), Is.EqualTo(expected));
        Assert.That(tables.Sum(table => table.Rows), Is.EqualTo(2 * times.Split(' ').Length));
    }
}
