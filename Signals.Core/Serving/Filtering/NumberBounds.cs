using System.Numerics;
using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// The values of a column's type that are nearest to a literal, by exact value: the greatest that is not above the literal, and
/// the least that is not below it. Both are the same when the type can hold the literal.
/// </summary>
/// <typeparam name="T">A number type of columns.</typeparam>
internal readonly struct NumberBounds<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    private const double FarOutside = 1267650600228229401496703205376.0; // 2^100

    private readonly Int128 _floor;
    private readonly Int128 _ceiling;
    private readonly Literal _literal;

    public NumberBounds(Literal literal)
    {
        _literal = literal;
        (_floor, _ceiling) = literal.Kind switch
        {
            LiteralKind.Int64 => (literal.Int64, literal.Int64),
            LiteralKind.UInt64 => (literal.UInt64, literal.UInt64),
            _ => (Whole(Math.Floor(literal.Float64)), Whole(Math.Ceiling(literal.Float64))),
        };
    }

    private static bool IsFloat => typeof(T) == typeof(Half) || typeof(T) == typeof(float) || typeof(T) == typeof(double);

    /// <summary>The filter of <c>column op literal</c>.</summary>
    public RowFilter Compare(int column, ComparisonOperator op) => op switch
    {
        ComparisonOperator.Equal => Inside(column, AtLeast(), AtMost()),
        ComparisonOperator.NotEqual => TryGet(out T value)
            ? new RangeFilter<T>(column, value, value, outside: true)
            : new StateFilter(column, ColumnState.Value),
        ComparisonOperator.LessThan => Inside(column, Lowest, LessThan()),
        ComparisonOperator.AtMost => Inside(column, Lowest, AtMost()),
        ComparisonOperator.GreaterThan => Inside(column, GreaterThan(), Highest),
        _ => Inside(column, AtLeast(), Highest),
    };

    /// <summary>The filter of <c>low &lt;= column &lt;= high</c>.</summary>
    public static RowFilter Between(int column, Literal low, Literal high) =>
        Inside(column, new NumberBounds<T>(low).AtLeast(), new NumberBounds<T>(high).AtMost());

    /// <summary>The value of the type that equals the literal, if there is one.</summary>
    public bool TryGet(out T value)
    {
        T? least = AtLeast();
        value = least ?? default;
        return least is { } found && AtMost() is { } most && found == most;
    }

    private static T? Lowest => IsFloat ? T.CreateSaturating(double.NegativeInfinity) : T.MinValue;

    private static T? Highest => IsFloat ? T.CreateSaturating(double.PositiveInfinity) : T.MaxValue;

    private static RowFilter Inside(int column, T? low, T? high) =>
        low is { } least && high is { } most && least <= most ? new RangeFilter<T>(column, least, most) : ConstantFilter.False;

    private T? AtMost() => IsFloat ? Float(up: false, strict: false) : WholeAtMost(_floor);

    private T? LessThan() => IsFloat ? Float(up: false, strict: true) : WholeAtMost(_ceiling - 1);

    private T? AtLeast() => IsFloat ? Float(up: true, strict: false) : WholeAtLeast(_ceiling);

    private T? GreaterThan() => IsFloat ? Float(up: true, strict: true) : WholeAtLeast(_floor + 1);

    // The limit is far outside the range of every column and far inside that of Int128, so adding or subtracting 1 never
    // wraps.
    private static Int128 Whole(double value) => (Int128)Math.Clamp(value, -FarOutside, FarOutside);

    private static T? WholeAtMost(Int128 value) => value < Int128.CreateSaturating(T.MinValue) ? null : T.CreateSaturating(value);

    private static T? WholeAtLeast(Int128 value) => value > Int128.CreateSaturating(T.MaxValue) ? null : T.CreateSaturating(value);

    /// <summary>
    /// The nearest value of a floating-point type on one side of the literal. The literal itself counts unless
    /// <paramref name="strict"/>.
    /// </summary>
    private T? Float(bool up, bool strict)
    {
        double step = Nearest();
        while (!Holds(step, up, strict))
        {
            step = Next(step, up);
        }

        // The conversion may have rounded either way, so go back as far as the condition holds.
        for (double closer = Next(step, !up); Holds(closer, up, strict); closer = Next(closer, !up))
        {
            step = closer;
        }

        return T.CreateSaturating(step);
    }

    private double Nearest() => double.CreateSaturating(T.CreateSaturating(_literal.AsDouble));

    private bool Holds(double value, bool up, bool strict)
    {
        int order = double.IsInfinity(value) ? Math.Sign(value) : LiteralOrder.Compare(Literal.From(value), _literal);
        return up ? (strict ? order > 0 : order >= 0) : (strict ? order < 0 : order <= 0);
    }

    private static double Next(double value, bool up)
    {
        if (typeof(T) == typeof(Half))
        {
            return (double)(up ? Half.BitIncrement((Half)value) : Half.BitDecrement((Half)value));
        }

        if (typeof(T) == typeof(float))
        {
            return up ? float.BitIncrement((float)value) : float.BitDecrement((float)value);
        }

        return up ? double.BitIncrement(value) : double.BitDecrement(value);
    }
}
