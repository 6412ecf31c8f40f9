using System.Numerics;
using Signals.Core.Definitions.Predicates;
using Signals.Core.Serving.Filtering;
using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Core.Serving.Rows;

namespace Signals.Tests.Core.Serving.Filtering;

/// <summary>Comparisons with literals that the column's type cannot hold go by exact values.</summary>
[Category("Fast")]
internal sealed class NumberBoundsTests
{
    [Test]
    public void Compare_LiteralBetweenOrBeyondValues_IsExact()
    {
        Check<sbyte>(300, ComparisonOperator.Equal, [-128, 127], [false, false]);
        Check<sbyte>(300, ComparisonOperator.NotEqual, [-128, 127], [true, true]);
        Check<sbyte>(300, ComparisonOperator.LessThan, [-128, 127], [true, true]);
        Check<sbyte>(-200.5, ComparisonOperator.AtMost, [-128, 127], [false, false]);
        Check<int>(2.5, ComparisonOperator.LessThan, [2, 3], [true, false]);
        Check<int>(2.5, ComparisonOperator.AtLeast, [2, 3], [false, true]);
        Check<int>(3.0, ComparisonOperator.GreaterThan, [3, 4], [false, true]);
        Check<ulong>(-1, ComparisonOperator.GreaterThan, [0, ulong.MaxValue], [true, true]);
        Check<ulong>(ulong.MaxValue, ComparisonOperator.Equal, [ulong.MaxValue - 1, ulong.MaxValue], [false, true]);
        Check<long>(9223372036854775808.0, ComparisonOperator.AtMost, [long.MaxValue], [true]);
        Check<long>(9223372036854775808.0, ComparisonOperator.Equal, [long.MaxValue], [false]);
        Check<long>(1e300, ComparisonOperator.LessThan, [long.MaxValue], [true]);
    }

    [Test]
    public void Compare_FloatColumns_DoNotRoundTheLiteral()
    {
        Check<float>(0.1, ComparisonOperator.Equal, [0.1f], [false]);
        Check<float>(0.1, ComparisonOperator.GreaterThan, [0.1f, 0.0999f], [true, false]);
        Check<float>((double)0.1f, ComparisonOperator.Equal, [0.1f], [true]);
        Check<float>(16777217, ComparisonOperator.Equal, [16777216f, 16777218f], [false, false]);
        Check<float>(16777217, ComparisonOperator.AtLeast, [16777216f, 16777218f], [false, true]);
        Check<double>(9007199254740993L, ComparisonOperator.AtMost, [9007199254740992.0, 9007199254740994.0], [true, false]);
        Check<double>(0, ComparisonOperator.LessThan, [-0.0, -double.Epsilon, double.NaN], [false, true, false]);
        Check<float>(
            1e300, ComparisonOperator.LessThan, [float.MaxValue, float.PositiveInfinity, float.NegativeInfinity], [true, false, true]);
        Check<Half>(70000, ComparisonOperator.GreaterThan, [Half.MaxValue, Half.PositiveInfinity], [false, true]);
        Check<Half>(70000, ComparisonOperator.AtMost, [Half.MaxValue, Half.NaN, Half.NegativeInfinity], [true, false, true]);
        Check<Half>(0.1, ComparisonOperator.LessThan, [(Half)0.1, Half.BitIncrement((Half)0.1)], [true, false]);
    }

    [TestCase(1e38)]
    [TestCase(1.7014118346046923e38)] // 2^127
    [TestCase(1e40)]
    [TestCase(double.MaxValue)]
    public void Compare_LiteralBeyondEveryColumn_HoldsForAllOrNone(double literal)
    {
        CheckBeyond<sbyte>(literal);
        CheckBeyond<long>(literal);
        CheckBeyond<ulong>(literal);
        CheckBeyond<Half>(literal);
        if (literal > float.MaxValue)
        {
            CheckBeyond<float>(literal);
        }
    }

    private static void CheckBeyond<T>(double literal)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        T[] values = [T.MinValue, T.Zero, T.MaxValue];
        foreach ((ComparisonOperator op, bool above, bool below) in new[]
        {
            (ComparisonOperator.Equal, false, false), (ComparisonOperator.NotEqual, true, true),
            (ComparisonOperator.LessThan, true, false), (ComparisonOperator.AtMost, true, false),
            (ComparisonOperator.GreaterThan, false, true), (ComparisonOperator.AtLeast, false, true),
        })
        {
            Check(literal, op, values, [above, above, above]);
            Check(-literal, op, values, [below, below, below]);
        }
    }

    private static void Check<T>(Literal literal, ComparisonOperator op, T[] values, bool[] expected)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        ArrayColumn column = new(ColumnType.Scalar<T>());
        Array.ForEach(values, value => column.Add(value));
        RowSet rows = new ArrayRows(values.Length, [column]).Begin();
        RowMask result = new();
        result.Reset(values.Length, value: false);
        new NumberBounds<T>(literal).Compare(0, op).Evaluate(rows, result, new FilterScratch());
        Assert.That(values.Select((_, row) => result[row]), Is.EqualTo(expected), $"{typeof(T).Name} {op} {literal}");
    }
}
