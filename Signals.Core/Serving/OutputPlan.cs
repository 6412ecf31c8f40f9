using System.Numerics;
using System.Runtime.InteropServices;
using Signals.Core.Definitions;
using Signals.Core.Serving.Features;
using Signals.Core.Serving.Filtering;
using Signals.Core.Serving.Rows;
using Signals.Definitions;

namespace Signals.Core.Serving;

/// <summary>One column of a raw answer: the column it comes from, and the bytes of its default. Immutable.</summary>
internal sealed class OutputPlan
{
    public OutputPlan(OutputColumn column, RowLayout layout)
    {
        Name = column.Name;
        Ordinal = layout.OrdinalOf(column.Column);
        Type = layout.Types[Ordinal];
        Default = column.Default is { } literal ? BytesOf(literal, Type) : null;
    }

    /// <summary>The name in the answer.</summary>
    public string Name { get; }

    /// <summary>The ordinal in the working set.</summary>
    public int Ordinal { get; }

    public ColumnType Type { get; }

    /// <summary>The bytes of the value for a row without one; null to leave the row without a value.</summary>
    public byte[]? Default { get; }

    private static byte[] BytesOf(Literal literal, ColumnType type) => type.Kind switch
    {
        ColumnKind.Text or ColumnKind.Bytes => FilterCompiler.BytesOf(literal),
        ColumnKind.Boolean or ColumnKind.UInt8 => Repeat<byte>(literal, type),
        ColumnKind.Int8 or ColumnKind.VectorInt8 => Repeat<sbyte>(literal, type),
        ColumnKind.Int16 => Repeat<short>(literal, type),
        ColumnKind.UInt16 => Repeat<ushort>(literal, type),
        ColumnKind.Int32 => Repeat<int>(literal, type),
        ColumnKind.UInt32 => Repeat<uint>(literal, type),
        ColumnKind.Int64 => Repeat<long>(literal, type),
        ColumnKind.UInt64 => Repeat<ulong>(literal, type),
        ColumnKind.Float16 or ColumnKind.VectorFloat16 => Repeat<Half>(literal, type),
        ColumnKind.Float32 or ColumnKind.VectorFloat32 => Repeat<float>(literal, type),
        _ => Repeat<double>(literal, type),
    };

    private static byte[] Repeat<T>(Literal literal, ColumnType type)
        where T : unmanaged, INumber<T>
    {
        byte[] bytes = new byte[type.Width];
        MemoryMarshal.Cast<byte, T>(bytes.AsSpan()).Fill(new NumberElements<T>().Convert(literal, null));
        return bytes;
    }
}
