using System.Numerics;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>Numbers compared and converted by their exact values, one at a time. Pure.</summary>
internal static class NaiveNumber
{
    /// <summary>All doubles are whole multiples of 2 to the minus this.</summary>
    private const int Scale = 1074;

    public static object Of(Literal literal) => literal.Kind switch
    {
        LiteralKind.Int64 => literal.Int64,
        LiteralKind.UInt64 => literal.UInt64,
        LiteralKind.Float64 => literal.Float64,
        LiteralKind.Boolean => literal.Boolean,
        LiteralKind.Text => literal.Text,
        _ => literal.Bytes.ToArray(),
    };

    public static bool IsNumber(object value) =>
        value is sbyte or byte or short or ushort or int or uint or long or ulong or Half or float or double;

    public static bool IsNaN(object value) => value is double.NaN or float.NaN || (value is Half half && Half.IsNaN(half));

    /// <summary>Neither may be NaN.</summary>
    public static int Compare(object left, object right)
    {
        double a = AsDouble(left);
        double b = AsDouble(right);
        if (double.IsInfinity(a) || double.IsInfinity(b))
        {
            return a.CompareTo(b);
        }

        return Exact(left).CompareTo(Exact(right));
    }

    public static bool AreEqual(object left, object right) => (left, right) switch
    {
        (bool a, bool b) => a == b,
        (string a, string b) => a == b,
        (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
        _ => IsNumber(left) && IsNumber(right) && !IsNaN(left) && !IsNaN(right) && Compare(left, right) == 0,
    };

    public static double AsDouble(object value) => value switch
    {
        bool flag => flag ? 1 : 0,
        Half half => (double)half,
        float single => single,
        double number => number,
        ulong large => large,
        _ => Convert.ToInt64(value, null),
    };

    /// <summary>The bytes of an element of a tensor.</summary>
    public static byte[] Element(object value, TensorType type)
    {
        double number = AsDouble(value);
        return type switch
        {
            TensorType.Float32 => BitConverter.GetBytes(value switch
            {
                long large => (float)large,
                ulong large => (float)large,
                float single => single,
                Half half => (float)half,
                _ => (float)number,
            }),
            TensorType.Float16 => BitConverter.GetBytes(value switch
            {
                Half half => half,
                float single => (Half)single,
                _ => (Half)number,
            }),
            TensorType.Float64 => BitConverter.GetBytes(number),
            TensorType.Boolean => [number == 0 ? (byte)0 : (byte)1],
            TensorType.Int8 => [(byte)(sbyte)Whole(value, sbyte.MinValue, sbyte.MaxValue)],
            TensorType.UInt8 => [(byte)Whole(value, byte.MinValue, byte.MaxValue)],
            TensorType.Int16 => BitConverter.GetBytes((short)Whole(value, short.MinValue, short.MaxValue)),
            TensorType.Int32 => BitConverter.GetBytes((int)Whole(value, int.MinValue, int.MaxValue)),
            _ => BitConverter.GetBytes((long)Whole(value, long.MinValue, long.MaxValue)),
        };
    }

    private static BigInteger Whole(object value, BigInteger least, BigInteger most)
    {
        if (value is Half or float or double)
        {
            double number = AsDouble(value);
            return double.IsNaN(number) ? 0
                : number <= (double)least ? least
                : number >= (double)most ? most
                : new BigInteger(Math.Truncate(number));
        }

        BigInteger whole = value switch
        {
            bool flag => flag ? 1 : 0,
            ulong large => large,
            _ => Convert.ToInt64(value, null),
        };
        return BigInteger.Max(least, BigInteger.Min(most, whole));
    }

    private static BigInteger Exact(object value)
    {
        if (value is not (Half or float or double))
        {
            return (value is ulong large ? large : new BigInteger(Convert.ToInt64(value, null))) << Scale;
        }

        long bits = BitConverter.DoubleToInt64Bits(AsDouble(value));
        int exponent = (int)((bits >> 52) & 0x7FF);
        long fraction = bits & 0xF_FFFF_FFFF_FFFF;
        BigInteger mantissa = exponent == 0 ? fraction : fraction | (1L << 52);
        BigInteger whole = mantissa << (exponent == 0 ? 0 : exponent - 1);
        return bits < 0 ? -whole : whole;
    }
}
