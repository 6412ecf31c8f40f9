using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Tests.Core.Definitions;

[Category("Fast")]
internal sealed class LiteralTests
{
    private static readonly Literal[] Ascending =
    [
        double.MinValue, long.MinValue, Math.BitDecrement(-1.0), -1, Math.BitIncrement(-1.0), 0, double.Epsilon, 0.5, 1, (1L << 53) + 1,
        long.MaxValue, 9223372036854775808.0, 9223372036854775809UL, ulong.MaxValue, 18446744073709551616.0, double.MaxValue,
    ];

    [Test]
    public void Compare_AllKinds_GoesByExactValue()
    {
        for (int i = 0; i < Ascending.Length; i++)
        {
            for (int j = 0; j < Ascending.Length; j++)
            {
                Assert.That(
                    Math.Sign(LiteralOrder.Compare(Ascending[i], Ascending[j])),
                    Is.EqualTo(Math.Sign(i.CompareTo(j))), $"{Ascending[i]} and {Ascending[j]}");
            }
        }

        Assert.That(LiteralOrder.Compare(9223372036854775808.0, 9223372036854775808UL), Is.Zero);
        Assert.That(LiteralOrder.Compare(0, -0.0), Is.Zero);
        Assert.That(LiteralOrder.Compare(0.0, -0.0), Is.Zero);
    }

    [Test]
    public void Equals_SameNumberOfAnotherKind_IsFalse()
    {
        Assert.That((Literal)5, Is.Not.EqualTo((Literal)5.0));
        Assert.That((Literal)0.0, Is.Not.EqualTo((Literal)(-0.0)));
        Assert.That((Literal)5UL, Is.EqualTo((Literal)5L));
        Literal bytes = Literal.FromBytes([1, 2]);
        Literal same = Literal.FromBytes([1, 2]);
        Assert.That(same, Is.EqualTo(bytes));
        Assert.That(same.GetHashCode(), Is.EqualTo(bytes.GetHashCode()));
    }

    [Test]
    public void From_NotFinite_Throws() =>
        Assert.That(() => Literal.From(double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Value_OfAnotherKind_Throws() => Assert.That(() => ((Literal)5).Text, Throws.InvalidOperationException);
}
