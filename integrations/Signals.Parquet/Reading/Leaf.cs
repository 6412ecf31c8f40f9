using ParquetSharp;
using ParquetSharp.Schema;

namespace Signals.Parquet.Reading;

/// <summary>A leaf of a file's schema: where it is, what its values mean, and how deep it is nested. Immutable.</summary>
/// <param name="Index">The index of the leaf in a row group.</param>
/// <param name="Path">The names from the root, joined by dots.</param>
/// <param name="Physical">How a value is stored.</param>
/// <param name="Kind">What it means.</param>
internal sealed record Leaf(int Index, string Path, PhysicalType Physical, LeafKind Kind)
{
    /// <summary>The unit of a time.</summary>
    public LeafTime Time { get; private init; }

    /// <summary>Bytes of a value of fixed length.</summary>
    public int Length { get; private init; }

    /// <summary>Digits behind the point of a decimal.</summary>
    public int Scale { get; private init; }

    /// <summary>The definition level of a value; lower ones are null.</summary>
    public short MaxDefinition { get; private init; }

    /// <summary>How many lists the leaf is in.</summary>
    public short MaxRepetition { get; private init; }

    /// <summary>The definition level of an element of the innermost list; one less is a list without elements.</summary>
    public short ListDefinition { get; private init; }

    /// <summary>The type in Parquet's words, for messages.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Describes a leaf.</summary>
    public static Leaf Read(int index, ColumnDescriptor descriptor)
    {
        using LogicalType logical = descriptor.LogicalType;
        using ColumnPath path = descriptor.Path;
        PhysicalType physical = descriptor.PhysicalType;
        (LeafKind kind, LeafTime time) = Meaning(physical, logical, descriptor.TypeLength);
        string annotation = logical is NoneLogicalType ? "" : $" ({logical})";
        short repetition = descriptor.MaxRepetitionLevel;
        return new Leaf(index, path.ToDotString(), physical, kind)
        {
            Time = time,
            Length = physical == PhysicalType.FixedLenByteArray ? descriptor.TypeLength : 0,
            Scale = kind == LeafKind.Decimal ? descriptor.TypeScale : 0,
            MaxDefinition = descriptor.MaxDefinitionLevel,
            MaxRepetition = repetition,
            ListDefinition = repetition > 0 ? DefinitionOfList(descriptor) : (short)0,
            Text = (repetition > 0 ? "a list of " : "") + physical + annotation,
        };
    }

    private static (LeafKind Kind, LeafTime Time) Meaning(PhysicalType physical, LogicalType logical, int length) => logical switch
    {
        IntLogicalType whole => (whole.IsSigned ? LeafKind.Signed : LeafKind.Unsigned, LeafTime.None),
        DecimalLogicalType => (LeafKind.Decimal, LeafTime.None),
        DateLogicalType => (LeafKind.Time, LeafTime.Days),
        TimestampLogicalType stamp => UnitOf(stamp.TimeUnit),
        StringLogicalType or EnumLogicalType or JsonLogicalType => (LeafKind.Text, LeafTime.None),
        UuidLogicalType => (LeafKind.Uuid, LeafTime.None),
        Float16LogicalType when length == 2 => (LeafKind.Float, LeafTime.None),
        BsonLogicalType => (LeafKind.Bytes, LeafTime.None),
        NoneLogicalType => Plain(physical),
        _ => (LeafKind.Other, LeafTime.None),
    };

    private static (LeafKind Kind, LeafTime Time) Plain(PhysicalType physical) => physical switch
    {
        PhysicalType.Boolean => (LeafKind.Boolean, LeafTime.None),
        PhysicalType.Int32 or PhysicalType.Int64 => (LeafKind.Signed, LeafTime.None),
        PhysicalType.Float or PhysicalType.Double => (LeafKind.Float, LeafTime.None),
        PhysicalType.Int96 => (LeafKind.Time, LeafTime.Int96),
        PhysicalType.ByteArray or PhysicalType.FixedLenByteArray => (LeafKind.Bytes, LeafTime.None),
        _ => (LeafKind.Other, LeafTime.None),
    };

    private static (LeafKind Kind, LeafTime Time) UnitOf(TimeUnit unit) => unit switch
    {
        TimeUnit.Millis => (LeafKind.Time, LeafTime.Milliseconds),
        TimeUnit.Micros => (LeafKind.Time, LeafTime.Microseconds),
        TimeUnit.Nanos => (LeafKind.Time, LeafTime.Nanoseconds),
        _ => (LeafKind.Other, LeafTime.None),
    };

    // Every optional and every repeated node on the way adds one level.
    private static short DefinitionOfList(ColumnDescriptor descriptor)
    {
        short level = descriptor.MaxDefinitionLevel;
        Node? node = descriptor.SchemaNode;
        while (node is not null && node.Repetition != Repetition.Repeated)
        {
            level -= node.Repetition == Repetition.Optional ? (short)1 : (short)0;
            Node? parent = node.Parent;
            node.Dispose();
            node = parent;
        }

        node?.Dispose();
        return level;
    }
}
