using System.Globalization;
using System.Numerics;
using System.Text;

namespace Signals.Tests.Core.Columns;

/// <summary>Numbers from outside are what they were in a column, or they are refused.</summary>
[Category("Fast")]
internal sealed class NumberFitTests
{
    private static readonly double[] Edges =
    [
        0, 1, 127, 128, 255, 256, 32767, 32768, 65504, 65519, 65520, 65535, 65536, int.MaxValue, uint.MaxValue, float.MaxValue,
        Math.Pow(2, 31), Math.Pow(2, 32), Math.Pow(2, 53), Math.Pow(2, 63), Math.Pow(2, 64),
        Math.Pow(2, 127), Math.Pow(2, 128), 1e39, double.MaxValue, double.Epsilon,
    ];

    [Test]
    public void TryConvert_AroundEveryEdge_KeepsTheValueOrRefuses()
    {
        foreach (double edge in Edges)
        {
            foreach (double near in new[] { edge, Math.BitIncrement(edge), Math.BitDecrement(edge), edge + 1, edge - 1, edge + 0.5 })
            {
                CheckWhole<sbyte>(near);
                CheckWhole<byte>(near);
                CheckWhole<short>(near);
                CheckWhole<ushort>(near);
                CheckWhole<int>(near);
                CheckWhole<uint>(near);
                CheckWhole<long>(near);
                CheckWhole<ulong>(near);
                CheckReal<Half>(near);
                CheckReal<float>(near);
                CheckReal<double>(near);
            }
        }
    }

    [TestCase("65519", true)]
    [TestCase("65520", false)]
    [TestCase("1e6", false)]
    [TestCase("-99999999999999999999999999999999999999999", false)]
    [TestCase("Infinity", true)]
    [TestCase("-Infinity", true)]
    [TestCase("NaN", true)]
    [TestCase("seven", false)]
    public void TryParse_Half_RefusesWhatWouldBecomeInfinite(string text, bool fits) =>
        Assert.That(NumberFit.TryParse(Encoding.UTF8.GetBytes(text), out Half _), Is.EqualTo(fits));

    [Test]
    public void TryParse_EveryKindAtItsEnds_ReadsWhatFits()
    {
        Assert.That(NumberFit.TryParse("3.4028235e38"u8, out float most) && most == float.MaxValue);
        Assert.That(NumberFit.TryParse("1e39"u8, out float _), Is.False);
        Assert.That(NumberFit.TryParse("1e309"u8, out double _), Is.False);
        Assert.That(NumberFit.TryParse("9223372036854775807"u8, out long whole) && whole == long.MaxValue);
        Assert.That(NumberFit.TryParse("9223372036854775808"u8, out long _), Is.False);
        Assert.That(NumberFit.TryParse("2.5"u8, out int _), Is.False);

        // The runtime's parser passes over NULs behind the digits.
        Assert.That(NumberFit.TryParse("5\0"u8, out int _) || NumberFit.TryParse("5\0"u8, out float _), Is.False);
    }

    [Test]
    public void Set_AnotherTypeThanTheColumns_IsRefused()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<float>("f").Vector<float>("v", 2).Field<bool>("b")));
        SingleEvent single = new();
        single.Begin(schema["e"]);
        Assert.That(() => single.Set(0, 1), Throws.ArgumentException, "the bits of a whole number are no float");
        Assert.That(() => single.Set(0, 1.0), Throws.ArgumentException);
        Assert.That(() => single.SetBytes(1, new byte[7]), Throws.ArgumentException);
        Assert.That(() => single.Set(2, (byte)7), Throws.ArgumentException);
        Assert.That(single.State(0), Is.EqualTo(ColumnState.Absent));
    }

    private static void CheckWhole<T>(double value)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        foreach (double signed in new[] { value, -value })
        {
            bool exact = double.IsFinite(signed) && signed == Math.Truncate(signed)
                && new BigInteger(signed) >= BigInteger.CreateChecked(T.MinValue)
                && new BigInteger(signed) <= BigInteger.CreateChecked(T.MaxValue);
            Assert.That(
                NumberFit.TryConvert(signed, out T result), Is.EqualTo(exact),
                $"{typeof(T).Name} {signed.ToString("R", CultureInfo.InvariantCulture)}");
            Assert.That(!exact || BigInteger.CreateChecked(result) == new BigInteger(signed), $"{typeof(T).Name} {signed}");
        }
    }

    private static void CheckReal<T>(double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        foreach (double signed in new[] { value, -value, double.NaN, double.PositiveInfinity })
        {
            bool fits = NumberFit.TryConvert(signed, out T result);
            T nearest = T.CreateTruncating(signed);
            Assert.That(fits, Is.EqualTo(T.IsFinite(nearest) || !double.IsFinite(signed)), $"{typeof(T).Name} {signed}");
            Assert.That(!fits || result.Equals(nearest), $"{typeof(T).Name} {signed}");
        }
    }
}
