using CsCheck;
using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>What was written to a table is read back, whatever the schema, the users and the rows, and each user is found.</summary>
[Category("Fast")]
internal sealed class TableRoundTripTests
{
    [Test]
    public void Read_RandomSchemaUsersAndRows_EqualsModel() => Gen.Int.Sample(
        seed =>
        {
            TableSample sample = TableSample.Random(seed, users: 30, maxRows: 300).Write(new TableOptions { BlockBytes = 4096 });
            using Table table = sample.Open(verify: true);
            sample.AssertSame(table);
        },
        iter: 150);

    [Test]
    public void Write_NumbersNotPacked_TakeWholeBytesAndReadTheSame()
    {
        ChunkEncoding[][] encodings = new ChunkEncoding[2][];
        foreach (bool pack in new[] { false, true })
        {
            TableSample sample = new() { Schema = TableSample.Define(t => t.Field<int>("a").Field<float>("b")), Users = [] };
            RowBuffer rows = sample.Users[UserId.From(1)] = sample.NewRows();
            for (int i = 0; i < 1000; i++)
            {
                rows.AppendKey(TableSample.WindowStart + 5000 - i, (ulong)i);
                rows.Columns[0].Append(i % 8);
                rows.Columns[1].Append(1f + i);
            }

            using Table table = sample.Write(new TableOptions { PackNumbers = pack }).Open(verify: true);
            sample.AssertSame(table);
            Block block = table.GetBlock(0, [0, 1]);
            encodings[pack ? 1 : 0] = [block.Times.Encoding, block.Ids.Encoding, block.Column(0).Encoding, block.Column(1).Encoding];
        }

        Assert.That(encodings[0], Does.Not.Contain(ChunkEncoding.Packed));
        Assert.That(encodings[1], Is.All.EqualTo(ChunkEncoding.Packed));
    }

    [Test]
    public void Read_OneRowOfNoColumns_EqualsModel()
    {
        TableSample sample = new() { Schema = TableSample.Define(_ => { }), Users = [] };
        sample.Users[UserId.From(1)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 1);
        using Table table = sample.Write().Open(verify: true);
        sample.AssertSame(table);
    }

    [Test]
    public void TryFind_ManyUsers_FindsEachAndNoOther()
    {
        TableSample sample = TableSample.Random(3, users: 900, maxRows: 2).Write();
        using Table table = sample.Open();
        for (ulong low = 0; low < 1000; low++)
        {
            UserId user = UserId.From(low);
            Assert.That(table.TryFind(user, out _), Is.EqualTo(sample.Users.ContainsKey(user)));
        }
    }

    [Test]
    public void TryFind_UsersOfEqualHash_AreToldApart()
    {
        UserId[] users = [new(0, 5), new(1, 5 ^ 0x9E3779B97F4A7C15), new(2, 5 ^ unchecked(2 * 0x9E3779B97F4A7C15))];
        Assert.That(users.Select(user => user.Hash64).Distinct().Count(), Is.EqualTo(1));
        TableSample sample = new() { Schema = TableSample.Define(_ => { }), Users = [] };
        sample.Users[users[0]] = TableSample.RandomRows(sample.NewRows(), new Random(1), 1);
        sample.Users[users[1]] = TableSample.RandomRows(sample.NewRows(), new Random(2), 2);
        using Table table = sample.Write().Open();
        sample.AssertSame(table);
        Assert.That(table.TryFind(users[2], out _), Is.False);
    }

    [Test]
    public void TryFind_TimesOverAllOfTime_GivesBoundsThatContainTheRows()
    {
        TableSample sample = new() { Schema = TableSample.Define(_ => { }), Users = [] };
        (long Newest, long Oldest)[] spans =
            [(long.MaxValue, long.MinValue), (1, -1), (long.MinValue + 5, long.MinValue), (long.MaxValue, long.MaxValue - 1)];
        for (int i = 0; i < spans.Length; i++)
        {
            RowBuffer rows = sample.Users[UserId.From((ulong)i)] = sample.NewRows();
            rows.AppendKey(spans[i].Newest, 1);
            rows.AppendKey(spans[i].Oldest, 1);
        }

        using Table table = sample.Write().Open(verify: true);
        for (int i = 0; i < spans.Length; i++)
        {
            Assert.That(table.TryFind(UserId.From((ulong)i), out UserRows rows), Is.True);
            Assert.That(rows.NewestTime, Is.GreaterThanOrEqualTo(spans[i].Newest));
            Assert.That(rows.OldestTime, Is.LessThanOrEqualTo(spans[i].Oldest));
        }
    }

    [Test]
    public void Read_TableOlderThanTheSchema_LaterColumnsAreAbsent()
    {
        TableSample old = new() { Schema = TableSample.Define(t => t.Field<int>("a")), Users = [] };
        old.Users[UserId.From(1)] = TableSample.RandomRows(old.NewRows(), new Random(1), 10);
        old.Write();
        EventTypeSchema today = TableSample.Define(t => t.Field<int>("a").Field<float>("b"));
        using Table table = Table.Open(old.Files, TableSample.Path, old.Meta, today, new BlockCache(1 << 20));

        Block block = table.GetBlock(0, [0, 1]);
        Assert.That((block.HasColumn(0), block.HasColumn(1)), Is.EqualTo((true, false)));
        RowBuffer rows = new([.. today.Columns.Select(column => column.Type)]);
        TableCursor cursor = table.CreateCursor();
        cursor.MoveNext();
        cursor.AppendTo(rows);
        Assert.That(rows.Columns[1].States.ToArray(), Is.All.EqualTo((byte)ColumnState.Absent));
    }

    [Test]
    public void Open_ColumnsThatDifferFromTheSchema_IsRefused()
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<int>("a")), Users = [] };
        sample.Users[UserId.From(1)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 10);
        sample.Write();
        foreach (EventTypeSchema other in (EventTypeSchema[])[TableSample.Define(t => t.Field<float>("a")), TableSample.Define(_ => { })])
        {
            Assert.That(
                () => Table.Open(sample.Files, TableSample.Path, sample.Meta, other, new BlockCache(0)),
                Throws.TypeOf<CorruptionException>().With.Property("File").EqualTo(TableSample.Path));
        }
    }

    [Test]
    public void Block_ColumnNotAskedFor_ThrowsInsteadOfAbsent()
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<int>("a").Field<int>("b")), Users = [] };
        sample.Users[UserId.From(1)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 10);
        using Table table = sample.Write().Open();
        Block block = table.GetBlock(0, [1]);
        Assert.That(() => block.HasColumn(0), Throws.InvalidOperationException);
        Assert.That(block.HasColumn(1), Is.True);
    }
}
