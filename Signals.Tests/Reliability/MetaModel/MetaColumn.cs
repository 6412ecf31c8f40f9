using System.Runtime.InteropServices;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>A column of a random schema: declares itself, makes values of its kind, writes and reads them as bytes.</summary>
internal sealed record MetaColumn(string Name, ColumnKind Kind)
{
    private static readonly ColumnKind[] AllKinds =
    [
        ColumnKind.Boolean, ColumnKind.Int32, ColumnKind.Int64, ColumnKind.Float32, ColumnKind.UInt8, ColumnKind.Text,
        ColumnKind.Bytes, ColumnKind.VectorFloat16, ColumnKind.VectorInt8,
    ];

    private int Width => Kind switch
    {
        ColumnKind.Boolean or ColumnKind.UInt8 => 1,
        ColumnKind.Int64 or ColumnKind.VectorFloat16 => 8,
        ColumnKind.VectorInt8 => 64,
        _ => 4,
    };

    public static MetaColumn Random(ref SimRandom random, int index)
    {
        ColumnKind kind = AllKinds[random.Below(AllKinds.Length)];
        return new MetaColumn($"c{index}_{kind}", kind);
    }

    public void Declare(EventTypeBuilder type)
    {
        _ = Kind switch
        {
            ColumnKind.Boolean => type.Field<bool>(Name),
            ColumnKind.Int32 => type.Field<int>(Name),
            ColumnKind.Int64 => type.Enrichment<long>(Name),
            ColumnKind.Float32 => type.Field<float>(Name),
            ColumnKind.UInt8 => type.Enrichment<byte>(Name),
            ColumnKind.Text => type.Text(Name),
            ColumnKind.Bytes => type.Bytes(Name),
            ColumnKind.VectorFloat16 => type.Vector<Half>(Name, 4),
            ColumnKind.VectorInt8 => type.EnrichmentVector<sbyte>(Name, 64),
            _ => throw new InvalidOperationException(Kind.ToString()),
        };
    }

    /// <summary>Few different values, so that copies of an event sometimes agree and sometimes not.</summary>
    public byte[] Value(ref SimRandom random)
    {
        if (Kind == ColumnKind.Boolean)
        {
            return [(byte)random.Below(2)];
        }

        int length = Kind is ColumnKind.Text or ColumnKind.Bytes ? random.Below(4) * random.Below(12) : Width;
        byte[] value = new byte[length];
        byte fill = (byte)random.Below(3);
        value.AsSpan().Fill(Kind == ColumnKind.Text ? (byte)('a' + fill) : fill);
        if (length > 0 && random.Coin())
        {
            value[random.Below(length)] = (byte)random.Below(Kind == ColumnKind.Text ? 128 : 256);
        }

        return value;
    }

    public void Set(EventRow row, MetaCell cell)
    {
        if (cell.State == ColumnState.Null)
        {
            row.SetNull(Name);
        }
        else if (cell.State == ColumnState.Value)
        {
            SetValue(row, cell.Bytes);
        }
    }

    /// <summary>What an answer holds in one row.</summary>
    public MetaCell Get(in Sequence sequence, int row) => new(sequence.States(Name)[row], Bytes(sequence, row));

    private void SetValue(EventRow row, byte[] value)
    {
        switch (Kind)
        {
            case ColumnKind.Boolean: row.Set(Name, value[0] != 0); break;
            case ColumnKind.Int32: row.Set(Name, MemoryMarshal.Read<int>(value)); break;
            case ColumnKind.Int64: row.Set(Name, MemoryMarshal.Read<long>(value)); break;
            case ColumnKind.Float32: row.Set(Name, MemoryMarshal.Read<float>(value)); break;
            case ColumnKind.UInt8: row.Set(Name, value[0]); break;
            case ColumnKind.VectorFloat16: row.SetVector(Name, MemoryMarshal.Cast<byte, Half>(value)); break;
            case ColumnKind.VectorInt8: row.SetVector(Name, MemoryMarshal.Cast<byte, sbyte>(value)); break;
            default: row.SetBytes(Name, value); break;
        }
    }

    private byte[] Bytes(in Sequence sequence, int row) => Kind switch
    {
        ColumnKind.Boolean => Of(sequence.Field<bool>(Name), row, 1),
        ColumnKind.Int32 => Of(sequence.Field<int>(Name), row, 1),
        ColumnKind.Int64 => Of(sequence.Field<long>(Name), row, 1),
        ColumnKind.Float32 => Of(sequence.Field<float>(Name), row, 1),
        ColumnKind.UInt8 => Of(sequence.Field<byte>(Name), row, 1),
        ColumnKind.VectorFloat16 => Of(sequence.Vector<Half>(Name), row, 4),
        ColumnKind.VectorInt8 => Of(sequence.Vector<sbyte>(Name), row, 64),
        _ => sequence.Bytes(Name, row).ToArray(),
    };

    private static byte[] Of<T>(ReadOnlySpan<T> values, int row, int dimensions)
        where T : unmanaged => MemoryMarshal.AsBytes(values.Slice(row * dimensions, dimensions)).ToArray();
}
