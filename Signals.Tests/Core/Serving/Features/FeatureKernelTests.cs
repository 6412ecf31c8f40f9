using System.Runtime.InteropServices;
using Signals.Core.Serving.Features;
using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Core.Serving.Rows;

namespace Signals.Tests.Core.Serving.Features;

/// <summary>The featurize stage alone: kernels over chosen rows, dense and with a stride.</summary>
[Category("Fast")]
internal sealed class FeatureKernelTests
{
    private static readonly int[] Chosen = [3, 1, 2, 0];

    [Test]
    public void Column_DefaultAndScaling_ApplyToRowsWithoutValue()
    {
        ArrayColumn column = new ArrayColumn(ColumnType.Scalar<short>()).Add((short)6)
            .AddWithout(ColumnState.Null).Add((short)-3).AddWithout(ColumnState.Absent);
        NumberElements<int> ints = new();
        Scaling map = new() { Factor = 1 / 3.0, Offset = 1 };
        ColumnKernel<short, int> scaled = new(0, 1, ints.Convert(-1.5, map), new ScaledConversion<short, int>(map, ints.From<double>()));
        Assert.That(Write<int>(scaled, column), Is.EqualTo(new[] { 0, 0, 0, 3 }), "the default is -1.5 / 3 + 1, not 0 / 3 + 1");
        ColumnKernel<short, int> plain = new(0, 1, ints.Convert(7, null), ints.From<short>());
        Assert.That(Write<int>(plain, column), Is.EqualTo(new[] { 7, 7, -3, 6 }));
    }

    [Test]
    public void Column_ToOtherTypes_SaturatesRoundsAndCuts()
    {
        ArrayColumn column = new ArrayColumn(ColumnType.Scalar<double>()).Add(1e9).Add(-2.9).Add(double.NaN).Add(65519.9);
        Assert.That(Write<sbyte>(Plain(new NumberElements<sbyte>()), column), Is.EqualTo(new sbyte[] { 127, -2, 0, 127 }));
        Assert.That(Write<byte>(Plain(new NumberElements<byte>()), column), Is.EqualTo(new byte[] { 255, 0, 0, 255 }));
        Assert.That(
            Write<Half>(Plain(new NumberElements<Half>()), column),
            Is.EqualTo(new[] { (Half)65504, (Half)(-2.9), Half.NaN, Half.PositiveInfinity }));
        Assert.That(Write<byte>(Plain(new BooleanElements()), column), Is.EqualTo(new byte[] { 1, 1, 1, 1 }));

        static ColumnKernel<double, T> Plain<T>(ElementFactory<T> elements)
            where T : unmanaged => new(0, 1, default, elements.From<double>());
    }

    [Test]
    public void Column_ManyRows_EqualsRowByRow()
    {
        ArrayColumn column = new(ColumnType.Vector<Half>(16));
        Random random = new(5);
        Half[] all = [.. Enumerable.Range(0, 300 * 16).Select(_ => (Half)((random.NextDouble() - 0.5) * 1e5))];
        for (int row = 0; row < 300; row++)
        {
            column.Add(all[(row * 16)..((row + 1) * 16)]);
        }

        int[] chosen = [.. Enumerable.Range(0, 300).Where(row => row % 7 != 0)];
        float[] written = new float[chosen.Length * 16];
        RowSet rows = new ArrayRows(300, [column]).Begin();
        new ColumnKernel<Half, float>(0, 16, 0, new NumberElements<float>().From<Half>())
            .Write(rows, chosen, MemoryMarshal.AsBytes(written.AsSpan()), 64);
        Assert.That(written, Is.EqualTo(chosen.SelectMany(row => all[(row * 16)..((row + 1) * 16)]).Select(half => (float)half)));
    }

    [Test]
    public void Category_Index_HasPlacesForNoneAndOther([Values] bool hasOther)
    {
        ArrayColumn column = new ArrayColumn(ColumnType.Text).Add("x"u8.ToArray())
            .Add("b"u8.ToArray()).Add("a"u8.ToArray()).AddWithout(ColumnState.Null);
        CategoryKernel<int> kernel = new(
            CategoryEncoding.Index, [0], [new BytesVocabulary(["a"u8.ToArray(), "b"u8.ToArray()])],
            2, hasOther, new NumberElements<int>().Counts(3));
        Assert.That(Write<int>(kernel, column), Is.EqualTo(new[] { 0, 2, 1, hasOther ? 3 : 0 }));
    }

    [Test]
    public void Time_GapOfEitherOrder_IsToTheNextOlderRow()
    {
        RowSet rows = new ArrayRows(4, []).Begin(nowMs: 1_001_500);
        NumberElements<double> doubles = new();
        Assert.That(Write<double>(Time(TimeMeasure.Gap, oldestFirst: false), rows, [0, 1, 3]), Is.EqualTo(new[] { 1.0, 2, 0 }));
        Assert.That(Write<double>(Time(TimeMeasure.Gap, oldestFirst: true), rows, [3, 1, 0]), Is.EqualTo(new[] { 0, 2.0, 1 }));
        Assert.That(Write<double>(Time(TimeMeasure.Age, oldestFirst: false), rows, [0, 3]), Is.EqualTo(new[] { 1.5, 4.5 }));

        TimeKernel<double> Time(TimeMeasure measure, bool oldestFirst) => new(measure, oldestFirst, 1000, null, doubles.From<double>());
    }

    /// <summary>Writes the chosen rows dense and again with a stride, which must not differ or touch what lies between.</summary>
    private static T[] Write<T>(FeatureKernel kernel, ArrayColumn column)
        where T : unmanaged => Write<T>(kernel, new ArrayRows(4, [column]).Begin(), Chosen);

    private static T[] Write<T>(FeatureKernel kernel, RowSet rows, int[] chosen)
        where T : unmanaged
    {
        T[] dense = new T[chosen.Length * kernel.Elements];
        kernel.Write(rows, chosen, MemoryMarshal.AsBytes(dense.AsSpan()), kernel.RowBytes);
        int stride = kernel.RowBytes + 8;
        byte[] spread = new byte[chosen.Length * stride];
        Array.Fill(spread, (byte)0xCC);
        kernel.Write(rows, chosen, spread, stride);
        for (int row = 0; row < chosen.Length; row++)
        {
            Span<byte> one = spread.AsSpan(row * stride, stride);
            Assert.That(
                one[..kernel.RowBytes].SequenceEqual(MemoryMarshal.AsBytes(dense.AsSpan(row * kernel.Elements, kernel.Elements))), Is.True);
            Assert.That(one[kernel.RowBytes..].ToArray(), Is.All.EqualTo(0xCC));
        }

        return dense;
    }
}
