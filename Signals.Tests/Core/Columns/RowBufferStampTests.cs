using CsCheck;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Tests.Storage.Compaction;

namespace Signals.Tests.Core.Columns;

[Category("Fast")]
internal sealed class RowBufferStampTests
{
    private static readonly UserId User = UserId.From(1);
    private static readonly Stamp First = Stamp.Create(1, 0);
    private static readonly Stamp Second = Stamp.Create(2, 0);

    [Test]
    public void MergeIntoLast_RowsOfOneIdentityInAnyOrder_EqualsTheModel() =>
        Gen.Select(Gen.Int, Gen.Int[1, 6]).Sample((seed, count) =>
        {
            EventTypeSchema type = MergeRows.Schema();
            var random = new Random(seed);
            var model = new MergeModel();
            List<RowBuffer> versions = [];
            for (int i = 0; i < count; i++)
            {
                RowBuffer version = MergeRows.RandomStamped(type, random, 1, (StampParts)random.Next(4));
                version.Times[0] = 5;
                version.Ids[0] = 6;
                model.Add(User, version);
                versions.Add(version);
            }

            RowBuffer merged = new(
                [.. type.Columns.Select(column => column.Type)], MergeRows.RandomStamp(random), StampParts.Existence | StampParts.Cells);
            RowBuffer[] order = [.. versions.OrderBy(_ => random.Next())];
            merged.AppendRow(order[0], 0);
            foreach (RowBuffer version in order[1..])
            {
                merged.MergeIntoLast(version, 0);
            }

            Assert.That(MergeModel.Describe([(User, merged)]), Is.EqualTo(model.Describe()));
        }, iter: 5000);

    [Test]
    public void MergeIntoLast_GreaterStampWithNull_OverwritesAValueAndAbsentDoesNot()
    {
        RowBuffer rows = Row(Stamp.Streamed, 7);
        RowBuffer corrected = Row(Second, null);
        corrected.Columns[0].Clear();
        corrected.Columns[0].AppendMissing(ColumnState.Null);
        corrected.FillAbsent();

        rows.MergeIntoLast(Row(First, null), 0);
        Assert.That(rows.Columns[0].GetState(0), Is.EqualTo(ColumnState.Value), "absent never overwrites");
        rows.MergeIntoLast(corrected, 0);
        Assert.That(rows.Columns[0].GetState(0), Is.EqualTo(ColumnState.Null));
        Assert.That(rows.Stamps.CellOf(0, 0), Is.EqualTo(Second.Value));
    }

    [Test]
    public void MergeIntoLast_Retraction_TakesTheContentThatIsNotNewer()
    {
        RowBuffer rows = Row(First, 7);
        rows.MergeIntoLast(Retraction(First), 0);

        Assert.That(rows.Columns[0].GetState(0), Is.EqualTo(ColumnState.Absent), "a tie means retracted");
        Assert.That((rows.Stamps.InsertedOf(0), rows.Stamps.RetractedOf(0)), Is.EqualTo((First.Value, First.Value)));

        rows.MergeIntoLast(Row(Second, 8), 0);
        Assert.That((rows.Columns[0].GetState(0), rows.Stamps.InsertedOf(0)), Is.EqualTo((ColumnState.Value, Second.Value)));
    }

    [Test]
    public void AppendRows_OfAnOlderSchema_CompletesStamps()
    {
        RowBuffer rows = new([ColumnType.Scalar<int>(), ColumnType.Text], Second, StampParts.Existence | StampParts.Cells);
        rows.AppendRows(Row(First, 7), 0, 1);

        Assert.That((rows.Stamps.InsertedOf(0), rows.Stamps.CellOf(0, 0)), Is.EqualTo((First.Value, First.Value)));
        Assert.That((rows.Columns[1].GetState(0), rows.Stamps.Cells(1).Length), Is.EqualTo((ColumnState.Absent, 1)));
    }

    private static RowBuffer Retraction(Stamp stamp)
    {
        RowBuffer row = new([ColumnType.Scalar<int>()], stamp, StampParts.Existence);
        row.AppendKey(1, 1);
        row.Stamps.AppendExistence(Stamp.None, stamp);
        row.FillAbsent();
        return row;
    }

    private static RowBuffer Row(Stamp stamp, int? value)
    {
        RowBuffer row = new([ColumnType.Scalar<int>()], stamp, StampParts.Existence | StampParts.Cells);
        row.AppendKey(1, 1);
        if (value is int some)
        {
            row.Columns[0].Append(some);
        }

        row.FillAbsent();
        return row;
    }
}
