using System.Globalization;
using Signals.Tool.Csv;

namespace Signals.Tool.Ingest;

/// <summary>
/// Which column of a CSV file is what, and the events of its rows. A column is found by the names that it has and had; one that was dropped
/// is not there. No cell is passed over: what a row's event type has no column for refuses the row. Immutable.
/// </summary>
internal sealed class CsvHeader
{
    private const string FieldPrefix = "field:";
    private const int IsKey = -2;
    private const int IsUnknown = -1;
    private static readonly string[] Keys = ["user", "type", "time", "id"];

    private readonly StoreSchema _schema;
    private readonly string[] _names;
    private readonly int[] _keys;

    /// <summary>For each event type, the column that each cell belongs to.</summary>
    private readonly int[][] _columns;

    private CsvHeader(StoreSchema schema, string[] names)
    {
        _schema = schema;
        _names = names;
        _keys = [.. Keys.Select(key => Array.IndexOf(names, key))];
        _columns = [.. schema.EventTypes.Select(type => names.Select(name => ColumnOf(type, name)).ToArray())];
    }

    /// <summary>Reads the line of names, in which the file stands.</summary>
    /// <exception cref="UsageException">It is malformed, a name is there twice, one is missing, or the store lacks one.</exception>
    public static CsvHeader Read(string path, CsvFile file, StoreSchema schema)
    {
        string[] names = Names(path, file);
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new UsageException($"'{path}' names the column '{twice.Key}' twice; which one counts is not known, so leave out one.");
        }

        if (Keys.FirstOrDefault(key => !names.Contains(key)) is { } missing)
        {
            throw new UsageException($"'{path}' has no column '{missing}'; its first line names: {string.Join(", ", names)}.");
        }

        string[] unknown = [.. names.Where(name => schema.EventTypes.All(type => type.IsDropped || ColumnOf(type, name) == IsUnknown))];
        if (unknown.Length > 0)
        {
            IEnumerable<string> described = unknown.Select(name =>
                schema.EventTypes.Any(type => type.WasDropped(FieldOf(name)) || type.IndexOf(FieldOf(name)) >= 0)
                    ? $"{name} (it was dropped)" : name);
            throw new UsageException($"'{path}' has columns that the store does not have: {string.Join(", ", described)}.");
        }

        return new CsvHeader(schema, names);
    }

    /// <summary>Fills an event from a row. Says why when the row is none.</summary>
    public string? Problem(CsvFile row, SingleEvent single)
    {
        if (row.CellCount != _names.Length)
        {
            return $"it has {Count.Of(row.CellCount, "cell")}; the first line names {_names.Length}";
        }

        try
        {
            return ProblemOfKeys(row, single) ?? ProblemOfColumns(row, single);
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    private string? ProblemOfKeys(CsvFile row, SingleEvent single)
    {
        ReadOnlySpan<char> name = row.Cell(_keys[0]);
        if (!UserId.TryParse(name, out UserId user) || user.IsNobody)
        {
            return $"'{name}' is no user as exports write it: a number from 1, or 32 hexadecimal digits";
        }

        string typeName = row.Cell(_keys[1]).ToString();
        if (!_schema.TryGet(typeName, out EventTypeSchema? type))
        {
            return $"the store has no event type '{typeName}'{(_schema.WasDropped(typeName) ? ": it was dropped" : "")}";
        }

        ReadOnlySpan<char> time = row.Cell(_keys[2]);
        if (!long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long timeMs))
        {
            return $"'{time}' is no time in milliseconds since 1970";
        }

        ReadOnlySpan<char> id = row.Cell(_keys[3]);
        if (!ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            return $"'{id}' is no event id, a number from 0";
        }

        single.Begin(type);
        (single.User, single.TimeMs, single.Id) = (user, timeMs, number);
        return null;
    }

    private string? ProblemOfColumns(CsvFile row, SingleEvent single)
    {
        EventTypeSchema type = single.EventType;
        int[] columns = _columns[type.Id];
        for (int at = 0; at < columns.Length; at++)
        {
            if (columns[at] == IsKey)
            {
                continue;
            }

            ReadOnlySpan<char> cell = row.Cell(at, out bool isQuoted);
            if (columns[at] == IsUnknown)
            {
                if (!cell.IsEmpty)
                {
                    return $"the event type '{type.Name}' has no column '{_names[at]}', and its cell is not empty";
                }

                continue;
            }

            // An export of types of which one has a name that another one's column had before leaves one of the two cells empty.
            bool isAbsent = cell.IsEmpty && !isQuoted;
            ColumnSchema column = type.Columns[columns[at]];
            if (!isAbsent && single.State(column.Id) != ColumnState.Absent)
            {
                return $"the cell of '{_names[at]}' is a second value of '{column.Name}', which has it as another name";
            }

            if (!CellText.TrySet(single, column, cell, isQuoted))
            {
                return $"the cell of '{_names[at]}' is no {column.Type}";
            }
        }

        return null;
    }

    private static string[] Names(string path, CsvFile file)
    {
        try
        {
            string[] names = new string[file.CellCount];
            for (int at = 0; at < names.Length; at++)
            {
                names[at] = file.Cell(at).ToString();
            }

            return names;
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"The first line of '{path}' is malformed: {wrong.Message}.");
        }
    }

    private static int ColumnOf(EventTypeSchema type, string name) => Keys.Contains(name) ? IsKey : type.IndexOf(FieldOf(name));

    // A field that is called like one of the keys has a prefix, which no name of a column can hold.
    private static string FieldOf(string name) =>
        name.StartsWith(FieldPrefix, StringComparison.Ordinal) && Keys.Contains(name[FieldPrefix.Length..])
            ? name[FieldPrefix.Length..]
            : name;
}
