using System.Runtime.InteropServices;

namespace Signals.Samples.ConsoleHost.Verification;

/// <summary>Reads any column of a sequence as little-endian (or UTF-8) bytes, whatever its kind. Immutable.</summary>
internal abstract class ColumnView(string name)
{
    /// <summary>The column's name.</summary>
    public string Name => name;

    /// <summary>Bytes of one row's value; meaningless where the state says that there is none.</summary>
    public abstract ReadOnlySpan<byte> Bytes(in Sequence sequence, int row);

    /// <summary>The view of a column of the given type.</summary>
    public static ColumnView For(string name, ColumnType type) => type.Kind switch
    {
        ColumnKind.Boolean => new FixedView<bool>(name, type),
        ColumnKind.Int8 or ColumnKind.VectorInt8 => new FixedView<sbyte>(name, type),
        ColumnKind.UInt8 => new FixedView<byte>(name, type),
        ColumnKind.Int16 => new FixedView<short>(name, type),
        ColumnKind.UInt16 => new FixedView<ushort>(name, type),
        ColumnKind.Int32 => new FixedView<int>(name, type),
        ColumnKind.UInt32 => new FixedView<uint>(name, type),
        ColumnKind.Int64 => new FixedView<long>(name, type),
        ColumnKind.UInt64 => new FixedView<ulong>(name, type),
        ColumnKind.Float16 or ColumnKind.VectorFloat16 => new FixedView<Half>(name, type),
        ColumnKind.Float32 or ColumnKind.VectorFloat32 => new FixedView<float>(name, type),
        ColumnKind.Float64 => new FixedView<double>(name, type),
        _ => new VariableView(name),
    };

    private sealed class FixedView<T>(string name, ColumnType type) : ColumnView(name)
        where T : unmanaged
    {
        public override ReadOnlySpan<byte> Bytes(in Sequence sequence, int row)
        {
            ReadOnlySpan<T> values = type.IsVector ? sequence.Vector<T>(Name) : sequence.Field<T>(Name);
            return MemoryMarshal.AsBytes(values).Slice(row * type.Width, type.Width);
        }
    }

    private sealed class VariableView(string name) : ColumnView(name)
    {
        public override ReadOnlySpan<byte> Bytes(in Sequence sequence, int row) => sequence.Bytes(Name, row);
    }
}
