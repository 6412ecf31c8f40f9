using System.Globalization;
using System.Numerics;
using ParquetSharp;
using Signals.Parquet.Layout;
using Signals.Parquet.Reading;
using Signals.Parquet.Reading.Columns;

namespace Signals.Parquet.Importing;

/// <summary>Makes the cell that takes a leaf of a row group, or a part of a path, into a column of a schema.</summary>
/// <param name="place">The row group.</param>
/// <param name="batchRows">The most rows of a batch.</param>
/// <param name="missingIsNull">Whether a missing cell is null; otherwise it is absent.</param>
internal readonly struct CellFactory(GroupPlace place, int batchRows, bool missingIsNull)
{
    private const int MaxFixedBytes = 1 << 16;

    private readonly ColumnFactory _columns = new(place, batchRows);

    /// <summary>The cell of a leaf.</summary>
    /// <param name="target">The column of the schema.</param>
    /// <param name="type">The event type; null when the rows are entities.</param>
    /// <param name="leaf">The leaf.</param>
    /// <exception cref="ParquetMismatchException">The leaf holds something else.</exception>
    public Cell Create(LakeColumn target, EventTypeSchema? type, Leaf leaf)
    {
        ColumnType wanted = target.Type;
        string file = place.File;
        return Choose(target, type, leaf)
            ?? throw new ParquetMismatchException(file, leaf.Path, leaf.Text, $"{WantedFor(wanted)}, for column '{target.Name}'");
    }

    /// <summary>The cell of a part of the path.</summary>
    /// <param name="target">The column of the schema.</param>
    /// <param name="type">The event type; null when the rows are entities.</param>
    /// <param name="value">The text in the path; null when it says that there is none.</param>
    /// <exception cref="ParquetMismatchException">The text is no value of the column.</exception>
    public Cell Create(LakeColumn target, EventTypeSchema? type, string? value)
    {
        Cell? cell = target.Type.Kind switch
        {
            ColumnKind.Text => new BytesCell(
                new ConstantBytes(target.Name, value, batchRows), type?.VariableColumn(target.Name) ?? default)
            {
                MissingIsNull = missingIsNull,
            },
            ColumnKind.Int8 => Constant<sbyte>(target, type, value),
            ColumnKind.UInt8 => Constant<byte>(target, type, value),
            ColumnKind.Int16 => Constant<short>(target, type, value),
            ColumnKind.UInt16 => Constant<ushort>(target, type, value),
            ColumnKind.Int32 => Constant<int>(target, type, value),
            ColumnKind.UInt32 => Constant<uint>(target, type, value),
            ColumnKind.Int64 => Constant<long>(target, type, value),
            ColumnKind.UInt64 => Constant<ulong>(target, type, value),
            ColumnKind.Float32 => Constant<float>(target, type, value),
            ColumnKind.Float64 => Constant<double>(target, type, value),
            _ => null,
        };
        return cell ?? throw new ParquetMismatchException(
            place.File, target.Name, $"the text '{value}' of the path", $"{WantedFor(target.Type)}, for column '{target.Name}'");
    }

    private static string WantedFor(ColumnType type) => type.Kind switch
    {
        ColumnKind.Boolean => "a Boolean",
        ColumnKind.Text => "text or bytes",
        ColumnKind.Bytes => "bytes or text",
        ColumnKind.Float16 or ColumnKind.Float32 or ColumnKind.Float64 => "a number",
        ColumnKind.VectorInt8 => $"a list of {type.Dimensions} whole numbers",
        ColumnKind.VectorFloat16 or ColumnKind.VectorFloat32 => $"a list of {type.Dimensions} numbers",
        ColumnKind.Int64 => "a whole number or a time",
        _ => "a whole number",
    };

    private Cell? Choose(LakeColumn target, EventTypeSchema? type, Leaf leaf) => target.Type.Kind switch
    {
        ColumnKind.Boolean => Scalar(target, type, _columns.Boolean(leaf)),
        ColumnKind.Int8 => Scalar(target, type, _columns.Number<sbyte>(leaf)),
        ColumnKind.UInt8 => Scalar(target, type, _columns.Number<byte>(leaf)),
        ColumnKind.Int16 => Scalar(target, type, _columns.Number<short>(leaf)),
        ColumnKind.UInt16 => Scalar(target, type, _columns.Number<ushort>(leaf)),
        ColumnKind.Int32 => Scalar(target, type, _columns.Number<int>(leaf)),
        ColumnKind.UInt32 => Scalar(target, type, _columns.Number<uint>(leaf)),
        ColumnKind.Int64 => Scalar(target, type, _columns.Number<long>(leaf)),
        ColumnKind.UInt64 => Scalar(target, type, _columns.Number<ulong>(leaf)),
        ColumnKind.Float16 => Scalar(target, type, _columns.Number<Half>(leaf)),
        ColumnKind.Float32 => Scalar(target, type, _columns.Number<float>(leaf)),
        ColumnKind.Float64 => Scalar(target, type, _columns.Number<double>(leaf)),
        ColumnKind.VectorInt8 => Vector(target, type, _columns.Vector<sbyte>(leaf, target.Type.Dimensions)),
        ColumnKind.VectorFloat16 => Vector(target, type, _columns.Vector<Half>(leaf, target.Type.Dimensions)),
        ColumnKind.VectorFloat32 => Vector(target, type, _columns.Vector<float>(leaf, target.Type.Dimensions)),
        ColumnKind.Text or ColumnKind.Bytes => Variable(target, type, leaf),
        _ => null,
    };

    private ScalarCell<T>? Scalar<T>(LakeColumn target, EventTypeSchema? type, ValueCursor<T>? column)
        where T : unmanaged => column is null
            ? null
            : new ScalarCell<T>(column, type is null ? default : type.Column<T>(target.Name)) { MissingIsNull = missingIsNull };

    private VectorCell<T>? Vector<T>(LakeColumn target, EventTypeSchema? type, ValueCursor<T>? column)
        where T : unmanaged => column is null
            ? null
            : new VectorCell<T>(column, type is null ? default : type.Column<T>(target.Name), target.Type.Dimensions)
            {
                MissingIsNull = missingIsNull,
            };

    private BytesCell? Variable(LakeColumn target, EventTypeSchema? type, Leaf leaf)
    {
        BytesCursor? column = (leaf.MaxRepetition, leaf.Kind, leaf.Physical) switch
        {
            (0, LeafKind.Text or LeafKind.Bytes, PhysicalType.ByteArray) => new BytesColumn(place, leaf, batchRows),
            (0, LeafKind.Bytes or LeafKind.Uuid, PhysicalType.FixedLenByteArray)
                when target.Type.Kind == ColumnKind.Bytes && leaf.Length is > 0 and <= MaxFixedBytes =>
                new FixedBytesColumn(place, leaf, batchRows),
            _ => null,
        };
        return column is null
            ? null
            : new BytesCell(column, type is null ? default : type.VariableColumn(target.Name)) { MissingIsNull = missingIsNull };
    }

    private ScalarCell<T>? Constant<T>(LakeColumn target, EventTypeSchema? type, string? text)
        where T : unmanaged, INumber<T>
    {
        if (text is null)
        {
            return Scalar(target, type, new ConstantColumn<T>(target.Name, null, batchRows));
        }

        return T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T value)
            ? Scalar(target, type, new ConstantColumn<T>(target.Name, value, batchRows))
            : null;
    }
}
