using CsCheck;
using Signals.Core.Columns;

namespace Signals.Tests.Core.Columns;

[Category("Fast")]
[TestFixture]
internal sealed class RowBufferTests
{
    // Rows of one identity, in the shapes that could make a merge depend on its order.
    private static readonly Gen<RowBuffer> Versions =
        from first in Gen.Int[0, 3].Array[1, 6]
        from second in Gen.Int[0, 5].Array[6]
        select Build(first, second);

    [Test]
    public void MergeIntoLast_AnyOrderAndRepetition_GivesTheSameRow() =>
        Gen.Select(Versions, Gen.Int).Sample((versions, seed) =>
        {
            int[] order = [.. Enumerable.Range(0, versions.Count)];
            RowBuffer expected = Merge(versions, order);
            new Random(seed).Shuffle(order);
            AssertSame(Merge(versions, order), expected, "commutative");
            AssertSame(Merge(versions, [.. order, .. order]), expected, "idempotent");

            int cut = order.Length / 2;
            RowBuffer left = Merge(versions, order[..Math.Max(cut, 1)]);
            RowBuffer right = Merge(versions, order[Math.Max(cut, 1)..].DefaultIfEmpty(order[0]).ToArray());
            left.MergeIntoLast(right, 0);
            AssertSame(left, expected, "associative");
        });

    [TestCase(ColumnState.Absent, ColumnState.Null, ColumnState.Null)]
    [TestCase(ColumnState.Null, ColumnState.Absent, ColumnState.Null)]
    [TestCase(ColumnState.Value, ColumnState.Absent, ColumnState.Value)]
    [TestCase(ColumnState.Value, ColumnState.Null, ColumnState.Value)]
    public void MergeIntoLast_States_AbsentNeverOverwrites(ColumnState first, ColumnState second, ColumnState expected)
    {
        RowBuffer rows = Merge(Build([(int)first, (int)second], new int[6]), [0, 1]);
        Assert.That(rows.Columns[0].GetState(0), Is.EqualTo(expected));
    }

    [Test]
    public void AppendRows_FromAnOlderSchema_LeavesNewColumnsAbsent()
    {
        var older = new RowBuffer([ColumnType.Scalar<int>()]);
        older.AppendKey(1, 2);
        older.Columns[0].Append(3);
        var rows = new RowBuffer([ColumnType.Scalar<int>(), ColumnType.Text]);
        rows.AppendRow(older, 0);
        Assert.That(rows.Columns[1].GetState(0), Is.EqualTo(ColumnState.Absent));
        Assert.That(rows.Columns[1].Count, Is.EqualTo(1));
    }

    [Test]
    public void Clear_ThenTheSameRowsAgain_AllocatesNothing()
    {
        RowBuffer source = Build([2, 2, 1, 0], [0, 1, 2, 3, 4, 5]);
        RowBuffer rows = Build([2, 2, 1, 0], [0, 1, 2, 3, 4, 5]);
        Fill();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Fill()
        {
            rows.Clear();
            rows.AppendRows(source, 0, 4);
            rows.MergeIntoLast(source, 0);
        }
    }

    [Test]
    public void Append_AfterClear_LeavesNothingOfTheOldRows()
    {
        var column = new ColumnBuffer(ColumnType.Scalar<int>());
        column.Append(-1);
        column.Clear();
        column.AppendMissing(ColumnState.Absent);
        Assert.That(column.GetValue(0).ToArray(), Is.All.Zero);
    }

    private static RowBuffer Merge(RowBuffer versions, int[] order)
    {
        var rows = new RowBuffer([.. versions.Columns.ToArray().Select(c => c.Type)]);
        rows.AppendRow(versions, order[0]);
        foreach (int version in order.Skip(1))
        {
            rows.MergeIntoLast(versions, version);
        }

        return rows;
    }

    private static void AssertSame(RowBuffer actual, RowBuffer expected, string property)
    {
        for (int i = 0; i < expected.Columns.Length; i++)
        {
            Assert.That(actual.Columns[i].GetState(0), Is.EqualTo(expected.Columns[i].GetState(0)), property);
            Assert.That(actual.Columns[i].GetValue(0).SequenceEqual(expected.Columns[i].GetValue(0)), Is.True, property);
        }
    }

    private static RowBuffer Build(int[] states, int[] values)
    {
        var rows = new RowBuffer([ColumnType.Scalar<int>(), ColumnType.Bytes], 1);
        for (int i = 0; i < states.Length; i++)
        {
            rows.AppendKey(10, 20);
            if (states[i] >= (int)ColumnState.Value)
            {
                rows.Columns[0].Append(values[i] - 2);
                rows.Columns[1].AppendBytes(new byte[values[i]]);
            }
            else
            {
                rows.Columns[0].AppendMissing((ColumnState)states[i]);
                rows.Columns[1].AppendMissing((ColumnState)(1 - states[i]));
            }
        }

        return rows;
    }
}
