using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using Signals.Arrow.Columns;
using Signals.Arrow.Layout;

namespace Signals.Arrow.Importing;

/// <summary>Which columns of a file are user, time, id and the columns of an event type, and the batch that is read.</summary>
/// <remarks>Thread contract: one thread. Lifetime: that of the file.</remarks>
internal sealed class EventColumns
{
    // From the year 1 to 9999, as segments want it.
    private const long FirstMs = -62_135_596_800_000;
    private const long LastMs = 253_402_300_799_999;
    private const int UserIdBytes = 16;

    private readonly string _file;
    private readonly bool _hasUserId;
    private readonly List<ArrowCell> _cells = [];
    private RecordBatch? _batch;

    /// <summary>Finds the columns.</summary>
    /// <exception cref="ArrowFileException">One that is needed is not there, or has another type.</exception>
    public EventColumns(string file, Schema schema, EventTypeSchema type)
    {
        _file = file;
        if (schema.Metadata is { } metadata && metadata.TryGetValue("signals.event_type", out string? name)
            && name != type.Name && !type.FormerNames.Contains(name))
        {
            throw new ArrowFileException(file, $"it holds events of '{name}'; wanted are those of '{type.Name}'.");
        }

        _hasUserId = Find(schema, EventNames.UserId)?.DataType is FixedSizeBinaryType { ByteWidth: UserIdBytes };
        if (!_hasUserId)
        {
            Require(schema, EventNames.User, kind => kind is UInt64Type or Int64Type, "a user: user_id of 16 bytes, or a whole number");
        }

        Require(schema, EventNames.Time, kind => kind is TimestampType or Int64Type, "a timestamp, or milliseconds as int64");
        Require(schema, EventNames.Id, kind => kind is UInt64Type or Int64Type, "a whole number of 64 bits");
        ColumnSchema[] columns = [.. type.Columns.Where(column => !column.IsDropped)];
        foreach (ColumnSchema column in columns)
        {
            if (FieldOf(schema, type, column) is { } field)
            {
                _cells.Add(CellOf(type, column, field));
                RequireStates(schema, type, EventNames.StateOf(field.Name));
            }
        }

        if (_cells.Count == 0 && columns.Length > 0)
        {
            throw new ArrowFileException(
                file,
                $"it has none of the columns of '{type.Name}' ({string.Join(", ", columns.Select(column => column.Name))}); it has: "
                + $"{string.Join(", ", schema.FieldsList.Select(field => field.Name))}.");
        }
    }

    /// <summary>The columns of the event type that the file has.</summary>
    public IReadOnlyList<ArrowCell> Cells => _cells;

    /// <summary>Takes a batch.</summary>
    public void Bind(RecordBatch batch)
    {
        _batch = batch;
        foreach (ArrowCell cell in _cells)
        {
            string states = EventNames.StateOf(cell.Name);
            bool hasStates = Find(batch.Schema, states) is { DataType: UInt8Type };
            cell.Bind(batch.Column(cell.Name), hasStates ? (UInt8Array)batch.Column(states) : null);
        }
    }

    /// <summary>The user of a row.</summary>
    public UserId UserOf(int row)
    {
        if (!_hasUserId)
        {
            return UserId.From(NumberOf(EventNames.User, row));
        }

        FixedSizeBinaryArray column = (FixedSizeBinaryArray)_batch!.Column(EventNames.UserId);
        ReadOnlySpan<byte> bytes = column.IsValid(row) ? column.GetBytes(row) : throw Wrong(EventNames.UserId, row, "null");
        return new UserId(
            BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]));
    }

    /// <summary>The time of a row, milliseconds UTC; what is finer is cut off.</summary>
    public long TimeOf(int row)
    {
        IArrowArray column = _batch!.Column(EventNames.Time);
        long stored = (column is TimestampArray stamps ? stamps.GetValue(row) : ((Int64Array)column).GetValue(row))
            ?? throw Wrong(EventNames.Time, row, "null");
        long ms = (column.Data.DataType as TimestampType)?.Unit switch
        {
            TimeUnit.Second => checked(stored * 1000),
            TimeUnit.Microsecond => FloorDivide(stored, 1000),
            TimeUnit.Nanosecond => FloorDivide(stored, 1_000_000),
            _ => stored,
        };
        return ms is >= FirstMs and <= LastMs ? ms : throw Wrong(EventNames.Time, row, $"{ms} ms, which is not in the years 1 to 9999");
    }

    /// <summary>The id of a row.</summary>
    public ulong IdOf(int row) => NumberOf(EventNames.Id, row);

    /// <summary>The error of a value that cannot be taken.</summary>
    public ArrowFileException Wrong(string column, int row, string found) =>
        new(_file, $"column '{column}' is {found} in row {row} of a batch.");

    private static long FloorDivide(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);

    private static Field? Find(Schema schema, string name) => schema.FieldsList.FirstOrDefault(field => field.Name == name);

    private ulong NumberOf(string name, int row)
    {
        IArrowArray column = _batch!.Column(name);
        if (column is UInt64Array unsigned)
        {
            return unsigned.GetValue(row) ?? throw Wrong(name, row, "null");
        }

        long signed = ((Int64Array)column).GetValue(row) ?? throw Wrong(name, row, "null");
        return signed >= 0 ? (ulong)signed : throw Wrong(name, row, $"{signed}, which is negative");
    }

    private void Require(Schema schema, string name, Func<IArrowType, bool> fits, string wanted)
    {
        Field? field = Find(schema, name);
        if (field is null || !fits(field.DataType))
        {
            throw new ArrowFileException(_file, $"column '{name}' is {field?.DataType.Name ?? "not there"}; wanted is {wanted}.");
        }
    }

    // Without its states a null of a column would be taken as absent. A column of the event type may have such a name, too.
    private void RequireStates(Schema schema, EventTypeSchema type, string name)
    {
        if (Find(schema, name) is { DataType: not UInt8Type } other && type.Columns.All(c => c.IsDropped || EventNames.Of(c.Name) != name))
        {
            throw new ArrowFileException(
                _file, $"column '{name}' is {other.DataType.Name}; wanted is uint8, of which 0 is absent, 1 null and 2 a value.");
        }
    }

    // A file from before a rename has the former name.
    private Field? FieldOf(Schema schema, EventTypeSchema type, ColumnSchema column)
    {
        Field[] found = [.. column.FormerNames.Prepend(column.Name).Select(name => Find(schema, EventNames.Of(name))).OfType<Field>()];
        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw new ArrowFileException(
                _file,
                $"it has '{found[0].Name}' and '{found[1].Name}', which are one column '{type.Name}.{column.Name}'; leave out one.");
    }

    private ArrowCell CellOf(EventTypeSchema type, ColumnSchema column, Field field)
    {
        string name = field.Name;
        IArrowType wanted = ArrowTypes.Of(column.Type);
        if (!Fits(wanted, field.DataType))
        {
            throw new ArrowFileException(
                _file, $"column '{name}' is {field.DataType.Name}; wanted is {wanted.Name}, for column '{column.Name}' ({column.Type}).");
        }

        return column.Type.Kind switch
        {
            ColumnKind.Boolean => new BooleanCell(name, column, type.Column<bool>(column.Name)),
            ColumnKind.Int8 => Scalar<sbyte>(),
            ColumnKind.UInt8 => Scalar<byte>(),
            ColumnKind.Int16 => Scalar<short>(),
            ColumnKind.UInt16 => Scalar<ushort>(),
            ColumnKind.Int32 => Scalar<int>(),
            ColumnKind.UInt32 => Scalar<uint>(),
            ColumnKind.Int64 => Scalar<long>(),
            ColumnKind.UInt64 => Scalar<ulong>(),
            ColumnKind.Float16 => Scalar<Half>(),
            ColumnKind.Float32 => Scalar<float>(),
            ColumnKind.Float64 => Scalar<double>(),
            ColumnKind.VectorInt8 => Vector<sbyte>(),
            ColumnKind.VectorFloat16 => Vector<Half>(),
            ColumnKind.VectorFloat32 => Vector<float>(),
            _ => new BytesCell(name, column, type.VariableColumn(column.Name)),
        };

        ScalarCell<T> Scalar<T>()
            where T : unmanaged, IEquatable<T> => new(name, column, type.Column<T>(column.Name));

        VectorCell<T> Vector<T>()
            where T : unmanaged, IEquatable<T> => new(name, column, type.Column<T>(column.Name));
    }

    // Some programs write all texts with offsets of 64 bits.
    private static bool Fits(IArrowType wanted, IArrowType found) => (wanted, found) switch
    {
        (FixedSizeListType vector, FixedSizeListType list) =>
            vector.ListSize == list.ListSize && vector.ValueDataType.TypeId == list.ValueDataType.TypeId,
        (StringType, LargeStringType) or (BinaryType, LargeBinaryType) => true,
        _ => wanted.TypeId == found.TypeId,
    };
}
