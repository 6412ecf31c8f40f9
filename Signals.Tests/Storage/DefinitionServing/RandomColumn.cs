using Signals.Definitions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>A column of the random schemas: how to declare it, make values of it, and literals near them. Immutable.</summary>
internal sealed record RandomColumn(string Name, ColumnType Type)
{
    /// <summary>One of each kind; n is the input of the enricher and the event filter.</summary>
    public static readonly RandomColumn[] All =
    [
        new("n", ColumnType.Scalar<int>()),
        new("flag", ColumnType.Scalar<bool>()),
        new("tiny", ColumnType.Scalar<sbyte>()),
        new("byte", ColumnType.Scalar<byte>()),
        new("short", ColumnType.Scalar<short>()),
        new("word", ColumnType.Scalar<ushort>()),
        new("uint", ColumnType.Scalar<uint>()),
        new("long", ColumnType.Scalar<long>()),
        new("item", ColumnType.Scalar<ulong>()),
        new("half", ColumnType.Scalar<Half>()),
        new("float", ColumnType.Scalar<float>()),
        new("double", ColumnType.Scalar<double>()),
        new("text", ColumnType.Text),
        new("bytes", ColumnType.Bytes),
        new("q8", ColumnType.Vector<sbyte>(5)),
        new("v16", ColumnType.Vector<Half>(4)),
        new("v32", ColumnType.Vector<float>(3)),
    ];

    public bool IsNumber => Type.Kind is >= ColumnKind.Int8 and <= ColumnKind.Float64;

    public void Declare(EventTypeBuilder type, bool asEnrichment) =>
        type.Add(Name, Type, asEnrichment ? ColumnRole.Enrichment : ColumnRole.Field);

    /// <summary>A value, often one that others have, too, or an extreme one.</summary>
    public object Value(ref SimRandom random)
    {
        double number = random.Below(8) switch
        {
            0 => double.NaN,
            1 => double.PositiveInfinity,
            2 => -0.0,
            3 => (random.Below(2_000_000) - 1_000_000) / 8.0,
            _ => random.Below(9) - 2,
        };
        long whole = random.Below(6) switch
        {
            0 => long.MinValue,
            1 => (long)random.Next(),
            _ => random.Below(9) - 2,
        };
        switch (Type.Kind)
        {
            case ColumnKind.Boolean: return random.Coin();
            case ColumnKind.Int8: return (sbyte)whole;
            case ColumnKind.UInt8: return (byte)whole;
            case ColumnKind.Int16: return (short)whole;
            case ColumnKind.UInt16: return (ushort)whole;
            case ColumnKind.Int32: return random.Below(6) == 0 ? (int)whole : random.Below(40) - 10;
            case ColumnKind.UInt32: return (uint)whole;
            case ColumnKind.Int64: return whole;
            case ColumnKind.UInt64: return (ulong)whole;
            case ColumnKind.Float16: return (Half)number;
            case ColumnKind.Float32: return (float)number;
            case ColumnKind.Float64: return number;
            case ColumnKind.Text: return ((string[])["", "a", "ab", "home", "zürich"])[random.Below(5)];
            case ColumnKind.Bytes: return new byte[random.Below(3)];
            case ColumnKind.VectorInt8: return Fill<sbyte>(ref random, static r => (sbyte)r);
            case ColumnKind.VectorFloat16: return Fill<Half>(ref random, static r => (Half)(r - 50));
            default: return Fill<float>(ref random, static r => r / 3f);
        }
    }

    /// <summary>A literal of the column's family, often one that a value equals.</summary>
    public Literal Literal(ref SimRandom random)
    {
        object value = Value(ref random);
        if (value is bool flag)
        {
            return flag;
        }

        if (value is string text)
        {
            return text;
        }

        if (value is byte[] bytes)
        {
            return Signals.Definitions.Literal.FromBytes(bytes);
        }

        double number = NaiveNumber.AsDouble(value);
        return random.Below(4) switch
        {
            0 when double.IsFinite(number) => (Literal)(number + 0.5),
            1 => (Literal)(random.Below(600) - 200),
            2 => (Literal)((ulong)random.Below(4) + (random.Coin() ? long.MaxValue : 0UL)),
            _ => value is ulong large ? (Literal)large
                : value is not (Half or float or double) ? (Literal)Convert.ToInt64(value, null)
                : double.IsFinite(number) ? (Literal)number
                : (Literal)(random.Below(9) - 2),
        };
    }

    public void Set(ref EventRow row, object value)
    {
        switch (value)
        {
            case bool v: row.Set(Name, v); break;
            case sbyte v: row.Set(Name, v); break;
            case byte v: row.Set(Name, v); break;
            case short v: row.Set(Name, v); break;
            case ushort v: row.Set(Name, v); break;
            case int v: row.Set(Name, v); break;
            case uint v: row.Set(Name, v); break;
            case long v: row.Set(Name, v); break;
            case ulong v: row.Set(Name, v); break;
            case Half v: row.Set(Name, v); break;
            case float v: row.Set(Name, v); break;
            case double v: row.Set(Name, v); break;
            case string v: row.Set(Name, v); break;
            case byte[] v when Type.IsVariable: row.SetBytes(Name, v); break;
            case sbyte[] v: row.SetVector<sbyte>(Name, v); break;
            case Half[] v: row.SetVector<Half>(Name, v); break;
            case float[] v: row.SetVector<float>(Name, v); break;
        }
    }

    private T[] Fill<T>(ref SimRandom random, Func<int, T> make)
    {
        T[] values = new T[Type.Dimensions];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = make(random.Below(100));
        }

        return values;
    }
}
