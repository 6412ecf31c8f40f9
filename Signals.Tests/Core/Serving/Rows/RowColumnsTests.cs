using System.Runtime.InteropServices;
using Signals.Core.Serving.Rows;
using Signals.Serving;

namespace Signals.Tests.Core.Serving.Rows;

/// <summary>Gathering chosen rows, and scattering computed ones.</summary>
[Category("Fast")]
internal sealed class RowColumnsTests
{
    [Test]
    public void Copy_AnyWidthAndRows_EqualsRowByRow([Values(1, 2, 4, 8, 6, 128)] int width, [Values] bool runs)
    {
        Random random = new(width);
        byte[] source = new byte[100 * width];
        random.NextBytes(source);
        int[] rows = runs
            ? [5, 6, 7, 8, 20, 21, 22, 99, 0, 1, 2, 1, 0]
            : [.. Enumerable.Range(0, 60).Select(_ => random.Next(100))];
        byte[] copied = new byte[rows.Length * width];
        RowGather.Copy(source, width, rows, copied);
        Assert.That(copied, Is.EqualTo(rows.SelectMany(row => source[(row * width)..((row + 1) * width)])));
    }

    [Test]
    public void Copy_OneRun_IsThatSlice()
    {
        byte[] copied = new byte[4];
        RowGather.Copy([1, 2, 3, 4, 5, 6], 1, [1, 2, 3, 4], copied);
        Assert.That(copied, Is.EqualTo(new byte[] { 2, 3, 4, 5 }));
    }

    [Test]
    public void Scatter_ThenReset_LeavesNoValueBehind()
    {
        ArrayColumn values = new(ColumnType.Vector<float>(2));
        values.Add(1f, 2f).AddWithout(ColumnState.Null).Add(3f, 4f);
        DerivedColumn column = new(ColumnType.Vector<float>(2));
        column.Reset(6, keepsBytes: false);
        column.Scatter(values, [4, 2, 1]);
        Assert.That(
            MemoryMarshal.Cast<byte, float>(column.FixedRows).ToArray(), Is.EqualTo(new float[] { 0, 0, 3, 4, 0, 0, 0, 0, 1, 2, 0, 0 }));
        Assert.That(column.RowStates.ToArray(), Is.EqualTo(new byte[] { 0, 2, 1, 0, 2, 0 }));
        column.Reset(5, keepsBytes: false);
        Assert.That(column.FixedRows.ToArray(), Is.All.Zero);
        Assert.That(column.RowStates.ToArray(), Is.All.Zero);
        column.Reset(40, keepsBytes: false);
        Assert.That(column.FixedRows.ToArray(), Is.All.Zero);
    }

    [Test]
    public void Scatter_Text_IsFoundByRow()
    {
        DerivedColumn column = new(ColumnType.Text);
        for (int round = 0; round < 3; round++)
        {
            column.Reset(4, keepsBytes: false);
            column.Scatter(
                new ArrayColumn(ColumnType.Text).Add("one"u8.ToArray()).AddWithout(ColumnState.Null).Add("three"u8.ToArray()), [3, 2, 0]);
            Assert.That(column.GetValue(3).ToArray(), Is.EqualTo("one"u8.ToArray()));
            Assert.That(column.GetValue(0).ToArray(), Is.EqualTo("three"u8.ToArray()));
            Assert.That(column.GetValue(1).Length + column.GetValue(2).Length, Is.Zero);
        }
    }

    [Test]
    public void Append_TwoSources_AreBackToBack()
    {
        ArrayColumn text = new ArrayColumn(ColumnType.Text).Add("a"u8.ToArray()).AddWithout(ColumnState.Null).Add("ccc"u8.ToArray());
        GatheredColumn column = new(ColumnType.Text);
        for (int round = 0; round < 2; round++)
        {
            column.Clear();
            column.Append(text, [2, 1]);
            column.Append(text, [0]);
            Assert.That(column.RowStates.ToArray(), Is.EqualTo(new byte[] { 2, 1, 2 }));
            Assert.That(column.GetValue(0).ToArray(), Is.EqualTo("ccc"u8.ToArray()));
            Assert.That(column.GetValue(1).Length, Is.Zero);
            Assert.That(column.GetValue(2).ToArray(), Is.EqualTo("a"u8.ToArray()));
        }
    }

    [Test]
    public void RowSet_AfterItsRead_RefusesInsteadOfShowingAnother()
    {
        RowSet rows = new ArrayRows(1, [new ArrayColumn(ColumnType.Scalar<int>()).Add(7)]).Begin();
        Assert.That(rows.Field<int>(0)[0], Is.EqualTo(7));
        Assert.That(() => rows.Field<float>(0).Length, Throws.ArgumentException.With.Message.Contains("c0"));
        rows.End();
        Assert.That(() => rows.Field<int>(0).Length, Throws.InvalidOperationException);
    }
}
