using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>
/// A read of a table touches the bytes that it needs: one block of the newest rows, and only the columns that were asked for.
/// </summary>
internal sealed class TableReadCostTests
{
    [Test]
    public void TryFind_AbsentUser_ReadsNothing()
    {
        TableSample sample = TableSample.Random(2, 500, 10).Write();
        using Table table = sample.Open();
        sample.Files.Reads.Clear();
        for (ulong i = 0; i < 10_000; i++)
        {
            Assert.That(table.TryFind(new UserId(i, ulong.MaxValue - i), out _), Is.False);
        }

        Assert.That(sample.Files.Reads, Is.Empty);
    }

    [Test]
    public void GetBlock_NarrowColumns_NeverTouchesVectors()
    {
        TableSample sample = new()
        {
            Schema = TableSample.Define(t => t.Vector<Half>("before", 64).Field<int>("a").EnrichmentVector<sbyte>("after", 64).Text("b")),
            Users = [],
        };
        sample.Users[UserId.From(1)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 400);
        using Table table = sample.Write(new TableOptions { BlockBytes = 1 << 20 }).Open();
        sample.Files.Reads.Clear();
        int rows = table.GetBlock(0, [1, 3]).Rows;
        Assert.That(sample.Files.Reads, Has.Count.EqualTo(1), "narrow chunks are adjacent");
        Assert.That(sample.Files.Reads[0].Length, Is.LessThan(rows * 64));

        sample.Files.Reads.Clear();
        table.GetBlock(0, [0]);
        Assert.That(sample.Files.Reads, Has.Count.EqualTo(1));
        Assert.That(sample.Files.Reads[0].Length, Is.InRange(rows * 128, rows * 128 + 8));
    }

    [Test]
    public void GetBlock_OneColumn_ReadsOnlyKeysAndThatColumn()
    {
        TableSample sample = new()
        {
            Schema = TableSample.Define(t => t.Field<double>("a").Field<double>("b").Field<double>("c")),
            Users = [],
        };
        sample.Users[UserId.From(1)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 1000);
        using Table table = sample.Write(new TableOptions { Compress = false, BlockBytes = 1 << 20 }).Open();
        long keys = Cost(sample, table, []);
        Assert.That(Cost(sample, table, [1]), Is.InRange(8000, 8300), "the keys are cached already");
        Assert.That(keys, Is.LessThan(1000 * 8));
    }

    [Test]
    public void GetBlock_NewestHundred_StaysWithinOneBlockAsHistoryGrows()
    {
        List<long> bytes = [];
        foreach (int history in (int[])[100, 1000, 8000, 64_000])
        {
            TableSample sample = new()
            {
                Schema = TableSample.Define(t => t.Field<long>("item").Text("text").Vector<float>("v", 64)),
                Users = [],
            };
            for (ulong user = 1; user <= 3; user++)
            {
                sample.Users[UserId.From(user)] = TableSample.RandomRows(sample.NewRows(), new Random((int)user), user == 2 ? history : 77);
            }

            using Table table = sample.Write().Open();
            table.TryFind(UserId.From(2), out UserRows rows);
            int block = table.FindBlock(rows.FirstRow);
            Assert.That(table.FindBlock(rows.FirstRow + 99), Is.EqualTo(block), $"history of {history}");
            bytes.Add(Cost(sample, table, sample.AllColumns, block));
        }

        Assert.That(bytes.Max(), Is.LessThan(300_000));
        Assert.That(bytes[^1], Is.LessThan(2 * bytes[1]));
    }

    [TestCase(1, 40)]
    [TestCase(1000, 40)]
    [TestCase(100_000, 1)]
    [TestCase(100_000, 20)]
    public void Cut_AnyUser_NewestHundredAndTwentyEightShareABlock(int valueBytes, int users)
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Bytes("blob")), Users = [] };
        Random random = new(users);
        for (ulong user = 0; user < (ulong)users; user++)
        {
            RowBuffer rows = sample.Users[UserId.From(user)] = sample.NewRows();
            int count = random.Next(1, 300);
            for (int i = 0; i < count; i++)
            {
                rows.AppendKey(1000 - i, 1);
                rows.Columns[0].AppendBytes(new byte[random.Next(valueBytes)]);
            }
        }

        using Table table = sample.Write().Open();
        foreach (UserId user in sample.Users.Keys)
        {
            table.TryFind(user, out UserRows rows);
            long last = rows.FirstRow + Math.Min(rows.Count, 128) - 1;
            Assert.That(table.FindBlock(last), Is.EqualTo(table.FindBlock(rows.FirstRow)), $"user {user} of {rows.Count}");
        }
    }

    private static long Cost(TableSample sample, Table table, int[] columns, int block = 0)
    {
        sample.Files.Reads.Clear();
        table.GetBlock(block, columns);
        return sample.Files.Reads.Sum(read => (long)read.Length);
    }
}
