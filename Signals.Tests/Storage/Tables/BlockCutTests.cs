using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>
/// A block is small, so that a read of one user fetches little, but has rows enough, so that what each of its chunks takes besides its
/// values is a small part.
/// </summary>
[Category("Fast")]
internal sealed class BlockCutTests
{
    private const int RowBytes = 25; // time, id, a byte, two numbers of four bytes
    private static readonly TableOptions Options = new() { UnitBytes = 8000, UnitRows = 256, Compress = false };

    [TestCase(1)]
    [TestCase(80)]
    [TestCase(200)]
    [TestCase(310)]
    public void Cut_UsersOfAnySize_BlocksHaveRowsEnoughAndNotTwiceAsMany(int userRows)
    {
        TableSample sample = Narrow();
        for (ulong user = 0; user < 40_000 / (ulong)userRows; user++)
        {
            sample.Users[UserId.From(user)] = Rows(sample, userRows);
        }

        using Table table = sample.Write(Options).Open(verify: true);
        Assert.That(RowsOfBlocks(table).SkipLast(1), Is.All.InRange(256, Math.Max(512, 16_000 / RowBytes)));
        foreach (UserId user in sample.Users.Keys)
        {
            table.TryFind(user, out UserRows rows);
            Assert.That(table.FindBlock(rows.FirstRow + rows.Count - 1), Is.EqualTo(table.FindBlock(rows.FirstRow)), "lies in one block");
        }
    }

    [Test]
    public void Cut_LargeUser_IsDividedIntoUnits()
    {
        TableSample sample = Narrow();
        sample.Users[UserId.From(1)] = Rows(sample, 10);
        sample.Users[UserId.From(2)] = Rows(sample, 10_000);
        using Table table = sample.Write(Options).Open(verify: true);
        Assert.That(RowsOfBlocks(table).First(), Is.EqualTo(10), "the large one begins a block");
        Assert.That(RowsOfBlocks(table).Skip(1).SkipLast(1), Is.All.EqualTo(8000 / RowBytes));
    }

    [Test]
    public void Cut_RowsOfManyColumns_BlocksHaveTheRowsOfAUnit()
    {
        TableSample sample = new()
        {
            Schema = TableSample.Define(t => Array.ForEach([.. Enumerable.Range(0, 20)], i => t.Field<long>($"c{i}"))),
            Users = [],
        };
        for (ulong user = 0; user < 100; user++)
        {
            sample.Users[UserId.From(user)] = Rows(sample, 50);
        }

        using Table table = sample.Write(Options).Open(verify: true);
        Assert.That(RowsOfBlocks(table).SkipLast(1), Is.All.InRange(256, 300), "176 bytes a row");
    }

    /// <summary>Users read patches until they are folded only, and a fold has less to do in few blocks.</summary>
    [Test]
    public void Cut_Patches_BlocksAreLarge()
    {
        TableSample sample = new()
        {
            Schema = TableSample.Define(t => t.Enrichment<long>("a")),
            Users = [],
            Defaults = new RowDefaults(RunKind.Patches, Stamp.Create(1, 0), StampParts.None),
        };
        sample.Users[UserId.From(1)] = Rows(sample, 10_000);
        using Table table = sample.Write(Options).Open();
        Assert.That(RowsOfBlocks(table).First(), Is.EqualTo((64 << 10) / 24));
    }

    [Test]
    public void Cut_RowsOfVeryManyBytes_BlocksEndAtTheMostBytes()
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Bytes("blob")), Users = [] };
        RowBuffer rows = sample.Users[UserId.From(1)] = sample.NewRows();
        for (int i = 0; i < 1000; i++)
        {
            rows.AppendKey(TableSample.WindowStart - i, 1);
            rows.Columns[0].AppendBytes(new byte[400]);
        }

        using Table table = sample.Write(Options).Open(verify: true);
        Assert.That(RowsOfBlocks(table).SkipLast(1), Is.All.EqualTo((64 << 10) / 416));
    }

    private static TableSample Narrow() => new()
    {
        Schema = TableSample.Define(t => t.Field<byte>("a").Field<int>("b").Field<float>("c")),
        Users = [],
    };

    private static RowBuffer Rows(TableSample sample, int count)
    {
        RowBuffer rows = sample.NewRows();
        for (int i = 0; i < count; i++)
        {
            rows.AppendKey(TableSample.WindowStart - i, (ulong)i);
        }

        rows.FillAbsent();
        return rows;
    }

    private static IEnumerable<int> RowsOfBlocks(Table table) => Enumerable.Range(0, table.BlockCount).Select(table.Index.Rows);
}
