using ParquetSharp;
using ParquetSharp.Schema;
using TensorType = Signals.Definitions.TensorType;

namespace Signals.Parquet.Layout;

/// <summary>The columns of our files as nodes of a Parquet schema. Each has one leaf. Pure; the caller disposes the nodes.</summary>
internal static class LakeNodes
{
    private const int UserIdBytes = 16;
    private const int HalfBytes = 2;

    /// <summary>A required text.</summary>
    public static Node Text(string name, Repetition repetition = Repetition.Required)
    {
        using LogicalType type = LogicalType.String();
        return new PrimitiveNode(name, repetition, type, PhysicalType.ByteArray);
    }

    /// <summary>A required 128-bit value, the most significant byte first.</summary>
    public static Node Bits128(string name)
    {
        using LogicalType type = LogicalType.None();
        return new PrimitiveNode(name, Repetition.Required, type, PhysicalType.FixedLenByteArray, UserIdBytes);
    }

    /// <summary>A time.</summary>
    public static Node Time(string name, Repetition repetition = Repetition.Required)
    {
        using LogicalType type = LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Millis);
        return new PrimitiveNode(name, repetition, type, PhysicalType.Int64);
    }

    /// <summary>A required unsigned number of 64 bits.</summary>
    public static Node Number(string name)
    {
        using LogicalType type = LogicalType.Int(64, isSigned: false);
        return new PrimitiveNode(name, Repetition.Required, type, PhysicalType.Int64);
    }

    /// <summary>The names of the columns that are null.</summary>
    public static Node NullColumns()
    {
        using Node element = Text("element");
        return List(LakeFormat.NullColumns, element);
    }

    /// <summary>A column of the schema. It is optional.</summary>
    /// <param name="column">The column.</param>
    /// <param name="textAsBytes">Whether text is written without saying that it is UTF-8.</param>
    public static Node Cell(LakeColumn column, bool textAsBytes)
    {
        string name = LakeFormat.NameOf(column.Name);
        if (!column.Type.IsVector)
        {
            return Scalar(name, column.Type.Kind, Repetition.Optional, textAsBytes);
        }

        using Node element = Scalar("element", ElementKind(column.Type.Kind), Repetition.Required, textAsBytes);
        return List(name, element);
    }

    /// <summary>The kind of one component of a vector.</summary>
    public static ColumnKind ElementKind(ColumnKind vector) => vector switch
    {
        ColumnKind.VectorInt8 => ColumnKind.Int8,
        ColumnKind.VectorFloat16 => ColumnKind.Float16,
        _ => ColumnKind.Float32,
    };

    /// <summary>The kind of the elements of a tensor. A boolean is a byte, 0 or 1, as it is in the tensor.</summary>
    public static ColumnKind KindOf(TensorType type) => type switch
    {
        TensorType.Float32 => ColumnKind.Float32,
        TensorType.Float16 => ColumnKind.Float16,
        TensorType.Float64 => ColumnKind.Float64,
        TensorType.Int8 => ColumnKind.Int8,
        TensorType.UInt8 or TensorType.Boolean => ColumnKind.UInt8,
        TensorType.Int16 => ColumnKind.Int16,
        TensorType.Int32 => ColumnKind.Int32,
        TensorType.Int64 => ColumnKind.Int64,
        _ => throw new NotSupportedException($"This version cannot write a tensor of {type} as Parquet."),
    };

    /// <summary>A list for each sequence, with an element for each event.</summary>
    public static GroupNode ListOf(string name, ColumnKind kind, Repetition element)
    {
        using Node scalar = Scalar("element", kind, element, textAsBytes: false);
        return List(name, scalar, Repetition.Required);
    }

    /// <summary>A list for each sequence, with a list for each event.</summary>
    public static GroupNode ListOfLists(string name, ColumnKind kind, Repetition element)
    {
        using Node component = Scalar("element", kind, Repetition.Required, textAsBytes: false);
        using Node vector = List("element", component, element);
        return List(name, vector, Repetition.Required);
    }

    /// <summary>A list of elements.</summary>
    public static GroupNode List(string name, Node element, Repetition repetition = Repetition.Optional)
    {
        using LogicalType type = LogicalType.List();
        using GroupNode repeated = new("list", Repetition.Repeated, [element]);
        return new GroupNode(name, repetition, [repeated], type);
    }

    /// <summary>One number, truth value, text or bytes.</summary>
    public static PrimitiveNode Scalar(string name, ColumnKind kind, Repetition repetition, bool textAsBytes)
    {
        (LogicalType logical, PhysicalType physical) = kind switch
        {
            ColumnKind.Boolean => (LogicalType.None(), PhysicalType.Boolean),
            ColumnKind.Int8 => (LogicalType.Int(8, true), PhysicalType.Int32),
            ColumnKind.UInt8 => (LogicalType.Int(8, false), PhysicalType.Int32),
            ColumnKind.Int16 => (LogicalType.Int(16, true), PhysicalType.Int32),
            ColumnKind.UInt16 => (LogicalType.Int(16, false), PhysicalType.Int32),
            ColumnKind.Int32 => (LogicalType.Int(32, true), PhysicalType.Int32),
            ColumnKind.UInt32 => (LogicalType.Int(32, false), PhysicalType.Int32),
            ColumnKind.Int64 => (LogicalType.Int(64, true), PhysicalType.Int64),
            ColumnKind.UInt64 => (LogicalType.Int(64, false), PhysicalType.Int64),
            ColumnKind.Float16 => (LogicalType.Float16(), PhysicalType.FixedLenByteArray),
            ColumnKind.Float32 => (LogicalType.None(), PhysicalType.Float),
            ColumnKind.Float64 => (LogicalType.None(), PhysicalType.Double),
            ColumnKind.Text when !textAsBytes => (LogicalType.String(), PhysicalType.ByteArray),
            ColumnKind.Text or ColumnKind.Bytes => (LogicalType.None(), PhysicalType.ByteArray),
            _ => throw new NotSupportedException($"The column '{name}' is of kind {kind}, which this version cannot write as Parquet."),
        };
        using (logical)
        {
            return physical == PhysicalType.FixedLenByteArray
                ? new PrimitiveNode(name, repetition, logical, physical, HalfBytes)
                : new PrimitiveNode(name, repetition, logical, physical);
        }
    }
}
