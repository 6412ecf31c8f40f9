using System.Numerics;
using Signals.Core.Definitions.Predicates;
using Signals.Core.Serving.Filtering;
using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Core.Serving.Rows;

namespace Signals.Tests.Core.Serving.Filtering;

/// <summary>Every kernel against the comparison written out row by row.</summary>
[Category("Fast")]
internal sealed class RowFilterTests
{
    private static readonly int[] Sizes = [0, 1, 63, 64, 65, 200];

    [Test]
    public void Range_EveryKind_EqualsTheScalarComparison()
    {
        RangeOf<sbyte>();
        RangeOf<byte>();
        RangeOf<short>();
        RangeOf<ushort>();
        RangeOf<int>();
        RangeOf<uint>();
        RangeOf<long>();
        RangeOf<ulong>();
        RangeOf<Half>();
        RangeOf<float>();
        RangeOf<double>();
    }

    [Test]
    public void Set_EveryKind_EqualsTheScalarSearch([Values(1, 3, 30)] int size)
    {
        SetOf<sbyte>(size);
        SetOf<ushort>(size);
        SetOf<int>(size);
        SetOf<ulong>(size);
        SetOf<Half>(size);
        SetOf<float>(size);
        SetOf<double>(size);
    }

    [Test]
    public void Range_EmptyOne_IsFalseEverywhere()
    {
        Assert.That(Evaluate(new RangeFilter<Half>(0, Half.One, Half.Zero), Column<Half>([Half.Zero, Half.One, Half.NaN])), Is.All.False);
        Assert.That(Evaluate(new RangeFilter<int>(0, 1, 0), Column<int>([0, 1])), Is.All.False);
    }

    [Test]
    public void Range_Zero_MeansBothZeroes()
    {
        Half[] halves = [Half.Zero, Half.NegativeZero, Half.Epsilon, -Half.Epsilon];
        Assert.That(
            Evaluate(new RangeFilter<Half>(0, Half.Zero, Half.Zero), Column(halves)), Is.EqualTo(new[] { true, true, false, false }));
        Assert.That(
            Evaluate(new RangeFilter<Half>(0, Half.NegativeZero, Half.PositiveInfinity), Column(halves)),
            Is.EqualTo(new[] { true, true, true, false }));
        Assert.That(Evaluate(new RangeFilter<float>(0, 0, 0), Column([0f, -0f, float.NaN])), Is.EqualTo(new[] { true, true, false }));
        Assert.That(Evaluate(new SetFilter<double>(0, [0.0]), Column([-0.0, 1.0])), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void States_OfARow_DecideComparisonsAndTheirNegation()
    {
        ArrayColumn column = new ArrayColumn(ColumnType.Scalar<float>())
            .Add(0f).Add(1f).Add(float.NaN).AddWithout(ColumnState.Null).AddWithout(ColumnState.Absent);
        RangeFilter<float> isZero = new(0, 0, 0);
        Assert.That(Evaluate(isZero, column), Is.EqualTo(new[] { true, false, false, false, false }));
        Assert.That(
            Evaluate(new RangeFilter<float>(0, 0, 0, outside: true), column), Is.EqualTo(new[] { false, true, true, false, false }));
        Assert.That(Evaluate(new NotFilter(isZero), column), Is.EqualTo(new[] { false, true, true, true, true }));
        Assert.That(Evaluate(new SetFilter<float>(0, [0f, float.NaN]), column), Is.EqualTo(new[] { true, false, false, false, false }));
        Assert.That(Evaluate(new StateFilter(0, ColumnState.Null), column), Is.EqualTo(new[] { false, false, false, true, false }));
        Assert.That(Evaluate(new StateFilter(0, ColumnState.Absent), column), Is.EqualTo(new[] { false, false, false, false, true }));
        Assert.That(Evaluate(new StateFilter(0, ColumnState.Value), column), Is.EqualTo(new[] { true, true, true, false, false }));
    }

    [Test]
    public void Bytes_SetAndOutside_CompareWholeStrings()
    {
        ArrayColumn column = new ArrayColumn(ColumnType.Text)
            .Add("a"u8.ToArray()).Add("ab"u8.ToArray()).Add([]).AddWithout(ColumnState.Null).Add("c"u8.ToArray());
        byte[][] set = ["a"u8.ToArray(), [], "c"u8.ToArray()];
        Assert.That(Evaluate(new BytesSetFilter(0, set), column), Is.EqualTo(new[] { true, false, true, false, true }));
        Assert.That(Evaluate(new BytesSetFilter(0, set, outside: true), column), Is.EqualTo(new[] { false, true, false, false, false }));
    }

    [Test]
    public void AndOrNot_Nested_EqualTheLogic()
    {
        ArrayColumn column = Column(Enumerable.Range(0, 150).ToArray());
        RangeFilter<int> low = new(0, 0, 99);
        RangeFilter<int> high = new(0, 50, 149);
        RowFilter both = new AnyFilter(
            [new AllFilter([low, high, new NotFilter(new RangeFilter<int>(0, 60, 69))]), new RangeFilter<int>(0, 3, 3)]);
        Assert.That(
            Evaluate(both, column),
            Is.EqualTo(Enumerable.Range(0, 150).Select(i => (i is >= 50 and <= 99 && i is < 60 or > 69) || i == 3)));
        Assert.That(Evaluate(new AllFilter([]), column), Is.All.True);
        Assert.That(Evaluate(new AnyFilter([]), column), Is.All.False);
        Assert.That(Evaluate(ConstantFilter.True, column), Is.All.True);
    }

    [Test]
    public void EventType_WithOperand_AsksBoth()
    {
        ArrayColumn column = Column([1, 2, 3, 4]);
        RowSet rows = new ArrayRows(4, [column], types: [7, 8, 7, 8]).Begin();
        RowMask result = new();
        result.Reset(4, value: true);
        new EventTypeFilter(7, new RangeFilter<int>(0, 2, 9)).Evaluate(rows, result, new FilterScratch());
        Assert.That(Enumerable.Range(0, 4).Select(row => result[row]), Is.EqualTo(new[] { false, false, true, false }));
        new EventTypeFilter(8, null).Evaluate(rows, result, new FilterScratch());
        Assert.That(Enumerable.Range(0, 4).Select(row => result[row]), Is.EqualTo(new[] { false, true, false, true }));
    }

    [Test]
    public void Host_DeadlinePasses_StopsBetweenChunksAndSaysWhatIsKnown()
    {
        int calls = 0;
        HostFilter filter = new(0, (HostPredicate)Predicate.Host<int>("n", _ => ++calls > 0));
        RowSet rows = new ArrayRows(300, [Column(Enumerable.Range(0, 300).ToArray())]).Begin();
        RowMask result = new();
        result.Reset(300, value: true);
        FilterScratch scratch = new();
        scratch.Begin(() => calls >= 100);
        filter.Evaluate(rows, result, scratch);
        Assert.That((calls, scratch.Known, result.CountSet()), Is.EqualTo((128, 128, 128)));
        filter.Evaluate(rows, result, scratch);
        Assert.That((calls, scratch.Known), Is.EqualTo((192, 64)), "the first rows are asked about in any case");
        scratch.Begin(null);
        filter.Evaluate(rows, result, scratch);
        Assert.That((calls, scratch.Known, result.CountSet()), Is.EqualTo((492, int.MaxValue, 300)));
    }

    private static void RangeOf<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Random random = new(typeof(T).Name.Length);
        foreach (int size in Sizes)
        {
            T[] values = Values<T>(random, size);
            ArrayColumn column = Column(values);
            for (int i = 0; i < 20; i++)
            {
                T a = Value<T>(random);
                T b = Value<T>(random);
                (T low, T high) = T.IsNaN(a) || T.IsNaN(b) ? (T.Zero, T.One) : (T.Min(a, b), T.Max(a, b));
                Assert.That(
                    Evaluate(new RangeFilter<T>(0, low, high), column),
                    Is.EqualTo(values.Select(v => v >= low && v <= high)), $"{typeof(T).Name} {low}..{high}");
            }
        }
    }

    private static void SetOf<T>(int size)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Random random = new(size);
        foreach (int rows in Sizes)
        {
            T[] set = Values<T>(random, size);
            T[] values = Values<T>(random, rows);
            Assert.That(
                Evaluate(new SetFilter<T>(0, set), Column(values)),
                Is.EqualTo(values.Select(v => Array.Exists(set, s => s == v))), typeof(T).Name);
        }
    }

    private static T[] Values<T>(Random random, int count)
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => [.. Enumerable.Range(0, count).Select(_ => Value<T>(random))];

    /// <summary>Often near zero or at an end, where equal values and mistakes are.</summary>
    private static T Value<T>(Random random)
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => random.Next(8) switch
        {
            0 => T.MaxValue,
            1 => T.MinValue,
            2 => T.CreateSaturating(double.NaN),
            3 => T.CreateSaturating(double.NegativeInfinity),
            4 => T.CreateSaturating(-0.0),
            5 => T.CreateSaturating((random.NextDouble() - 0.5) * 1e6),
            _ => T.CreateSaturating(random.Next(-5, 6)),
        };

    private static ArrayColumn Column<T>(T[] values)
        where T : unmanaged
    {
        ArrayColumn column = new(ColumnType.Scalar<T>());
        Array.ForEach(values, value => column.Add(value));
        return column;
    }

    private static bool[] Evaluate(RowFilter predicate, ArrayColumn column)
    {
        int count = column.RowStates.Length;
        RowSet rows = new ArrayRows(count, [column]).Begin();
        RowMask result = new();
        result.Reset(count, value: true);
        predicate.Evaluate(rows, result, new FilterScratch());
        if (count % 64 != 0)
        {
            Assert.That(result.Words[^1] >> (count % 64), Is.Zero, "bits beyond the end");
        }

        return [.. Enumerable.Range(0, count).Select(row => result[row])];
    }
}
