using Signals.Definitions;

namespace Signals.Core.Definitions.Values;

/// <summary>Orders numbers of different kinds by their exact values. Pure.</summary>
internal static class LiteralOrder
{
    private const double TwoTo63 = 9223372036854775808.0;
    private const double TwoTo64 = 18446744073709551616.0;

    /// <summary>
    /// Less than zero, zero, or more than zero when the first number is less than, equal to, or greater than the second.
    /// </summary>
    public static int Compare(Literal left, Literal right) => (left.Kind, right.Kind) switch
    {
        (LiteralKind.Float64, LiteralKind.Float64) =>
            left.Float64.CompareTo(right.Float64) is var order && left.Float64 == right.Float64 ? 0 : order,
        (LiteralKind.Float64, _) => -CompareWhole(right, left.Float64),
        (_, LiteralKind.Float64) => CompareWhole(left, right.Float64),
        _ => Whole(left).CompareTo(Whole(right)),
    };

    private static int CompareWhole(Literal whole, double number)
    {
        if (number >= TwoTo64)
        {
            return -1;
        }

        if (number < -TwoTo63)
        {
            return 1;
        }

        double floor = Math.Floor(number);
        int order = Whole(whole).CompareTo((Int128)floor);
        return order != 0 || floor == number ? order : -1;
    }

    private static Int128 Whole(Literal literal) => literal.Kind == LiteralKind.UInt64 ? literal.UInt64 : literal.Int64;
}
