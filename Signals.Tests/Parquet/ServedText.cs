using System.Collections;
using System.Globalization;
using System.Text;
using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Arrow;

namespace Signals.Tests.Parquet;

/// <summary>
/// A served sequence as texts, column by column, as a file of a training set should have it, and the same of what DuckDB read. Threads:
/// any.
/// </summary>
internal static class ServedText
{
    /// <summary>The columns of the row that a sequence makes, request and label left out.</summary>
    public static SortedDictionary<string, string> Of(in ServedSequence sequence, bool withStates)
    {
        SortedDictionary<string, string> cells = new(StringComparer.Ordinal)
        {
            ["user"] = sequence.User.ToString(),
            ["user_id"] = sequence.User.High.ToString("X16", CultureInfo.InvariantCulture)
                + sequence.User.Low.ToString("X16", CultureInfo.InvariantCulture),
            ["as_of"] = Cell(sequence.NowMs),
            ["status"] = sequence.Status.ToString(),
            ["definition_hash"] = sequence.Definition.IsPortable ? Cell((ulong)(sequence.Definition.ComputeContentHash() >> 64)) : "0",
            ["times"] = Cell(sequence.Times.ToArray()),
            ["ids"] = Cell(sequence.Ids.ToArray()),
            ["event_types"] = Cell(sequence.EventTypes.ToArray()),
        };
        foreach (string column in sequence.ColumnNames)
        {
            string[] rows = new string[sequence.Count];
            for (int row = 0; row < rows.Length; row++)
            {
                rows[row] = sequence.States(column)[row] == ColumnState.Value ? ValueOf(sequence, column, row) : "NULL";
            }

            cells.Add(column, Join(rows));
            if (withStates)
            {
                cells.Add(column + ":state", Cell(sequence.States(column).ToArray().Select(state => (int)state)));
            }
        }

        foreach (TensorDescription tensor in sequence.Tensors)
        {
            byte[] bytes = ServedCheck.TensorBytes(sequence, tensor);
            ColumnKind kind = KindOf(tensor.Type);
            int rowBytes = tensor.Width * ServedCheck.BytesOf(tensor.Type);
            cells.Add("tensor:" + tensor.Name, tensor.Rows > 0
                ? Elements(kind, bytes)
                : Join([.. bytes.Chunk(rowBytes).Select(row => Elements(kind, row))]));
        }

        return cells;
    }

    /// <summary>The rows of a Parquet file, by request.</summary>
    public static Dictionary<string, SortedDictionary<string, string>> Read(Duck duck, string file)
    {
        Dictionary<string, SortedDictionary<string, string>> rows = [];
        string[][] described = [.. duck.Rows($"DESCRIBE SELECT * FROM read_parquet('{file}')").Select(line => line.Split('|'))];
        bool[] isWrapped = [.. described.Select(column => IsWrapped(column[1]))];
        string columns = string.Join(", ", described.Select(column => Selected(column[0], column[1])));
        duck.Read($"SELECT {columns} FROM read_parquet('{file}')", reader =>
        {
            SortedDictionary<string, string> cells = new(StringComparer.Ordinal);
            for (int i = 0; i < reader.FieldCount; i++)
            {
                object? value = reader.IsDBNull(i) ? null : reader.GetValue(i);
                cells.Add(reader.GetName(i), value is IEnumerable list && isWrapped[i] ? Join([.. Unwrapped(list)]) : Cell(value));
            }

            cells.Remove("request_id", out string? request);
            rows.Add(request!, cells);
        });
        return rows;
    }

    /// <summary>A value as text; numbers keep all their digits and the sign of a zero.</summary>
    public static string Cell(object? value) => value switch
    {
        null or DBNull => "NULL",
        string text => text,
        byte[] bytes => Convert.ToHexString(bytes),
        bool truth => truth ? "1" : "0",
        float number => ((double)number).ToString("R", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Half number => ((double)number).ToString("R", CultureInfo.InvariantCulture),
        IEnumerable list => Join([.. list.Cast<object?>().Select(Cell)]),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static IEnumerable<string> Unwrapped(IEnumerable list) =>
        list.Cast<IEnumerable?>().Select(element => element is null ? "NULL" : Cell(element.Cast<object?>().Single()));

    // The reader's lists of numbers cannot have nulls, but lists of lists can.
    private static bool IsWrapped(string type) =>
        type.EndsWith("[]", StringComparison.Ordinal) && !type.EndsWith("[][]", StringComparison.Ordinal)
        && type is not ("VARCHAR[]" or "BLOB[]" or "TIMESTAMP WITH TIME ZONE[]");

    // Times as milliseconds, bytes as hex, elements that may be null as lists of one.
    private static string Selected(string column, string type)
    {
        string name = $"\"{column}\"";
        return type switch
        {
            "BLOB" => $"hex({name}) AS {name}",
            "BLOB[]" => $"[hex(x) for x in {name}] AS {name}",
            "TIMESTAMP WITH TIME ZONE" => $"epoch_ms({name}) AS {name}",
            "TIMESTAMP WITH TIME ZONE[]" => $"[epoch_ms(x) for x in {name}] AS {name}",
            _ when IsWrapped(type) => $"[CASE WHEN x IS NOT NULL THEN [x] END for x in {name}] AS {name}",
            _ => name,
        };
    }

    private static string ValueOf(in ServedSequence sequence, string column, int row)
    {
        ColumnType type = sequence.TypeOf(column);
        if (type.IsVariable)
        {
            ReadOnlySpan<byte> value = sequence.Bytes(column, row);
            return type.Kind == ColumnKind.Text ? Encoding.UTF8.GetString(value) : Convert.ToHexString(value);
        }

        ReadOnlySpan<byte> bytes = ServedCheck.FixedRows(sequence, column, type).Slice(row * type.Width, type.Width);
        return type.IsVector ? Elements(type.Kind, bytes) : Element(type.Kind, bytes);
    }

    private static string Elements(ColumnKind kind, ReadOnlySpan<byte> bytes)
    {
        int width = kind switch
        {
            ColumnKind.VectorInt8 or ColumnKind.Int8 or ColumnKind.UInt8 => 1,
            ColumnKind.VectorFloat16 or ColumnKind.Float16 or ColumnKind.Int16 => 2,
            ColumnKind.VectorFloat32 or ColumnKind.Float32 or ColumnKind.Int32 => 4,
            _ => 8,
        };
        string[] elements = new string[bytes.Length / width];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = Element(kind, bytes.Slice(i * width, width));
        }

        return Join(elements);
    }

    private static string Element(ColumnKind kind, ReadOnlySpan<byte> bytes) => kind switch
    {
        ColumnKind.Boolean => Cell(bytes[0] != 0),
        ColumnKind.Int8 or ColumnKind.VectorInt8 => Cell((sbyte)bytes[0]),
        ColumnKind.UInt8 => Cell(bytes[0]),
        ColumnKind.Int16 => Cell(BitConverter.ToInt16(bytes)),
        ColumnKind.UInt16 => Cell(BitConverter.ToUInt16(bytes)),
        ColumnKind.Int32 => Cell(BitConverter.ToInt32(bytes)),
        ColumnKind.UInt32 => Cell(BitConverter.ToUInt32(bytes)),
        ColumnKind.Int64 => Cell(BitConverter.ToInt64(bytes)),
        ColumnKind.UInt64 => Cell(BitConverter.ToUInt64(bytes)),
        ColumnKind.Float16 or ColumnKind.VectorFloat16 => Cell(BitConverter.ToHalf(bytes)),
        ColumnKind.Float32 or ColumnKind.VectorFloat32 => Cell(BitConverter.ToSingle(bytes)),
        _ => Cell(BitConverter.ToDouble(bytes)),
    };

    private static ColumnKind KindOf(TensorType type) => type switch
    {
        TensorType.Float32 => ColumnKind.Float32,
        TensorType.Float16 => ColumnKind.Float16,
        TensorType.Float64 => ColumnKind.Float64,
        TensorType.Int8 => ColumnKind.Int8,
        TensorType.Int16 => ColumnKind.Int16,
        TensorType.Int32 => ColumnKind.Int32,
        TensorType.Int64 => ColumnKind.Int64,
        _ => ColumnKind.UInt8,
    };

    private static string Join(string[] cells) => "[" + string.Join(',', cells) + "]";
}
