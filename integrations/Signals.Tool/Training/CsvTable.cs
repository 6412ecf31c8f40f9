using System.Globalization;

namespace Signals.Tool.Training;

/// <summary>
/// A CSV file with a line of names, whose columns are found by name. Cells may be in double quotes, in which two stand for one. A cell
/// does not go over several lines.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: dispose it.</remarks>
internal sealed class CsvTable : IDisposable
{
    private readonly StreamReader _reader;
    private readonly string _path;
    private readonly List<string> _names;
    private List<string> _cells = [];
    private int _line = 1;

    private CsvTable(string path, StreamReader reader)
    {
        _path = path;
        _reader = reader;
        _names = Split(reader.ReadLine() ?? throw new UsageException($"'{path}' is empty; its first line must name the columns."));
    }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UsageException">It has no line of names, or a column is missing.</exception>
    public static CsvTable Open(string path, params ReadOnlySpan<string> needed)
    {
        StreamReader reader = new(path);
        try
        {
            CsvTable table = new(path, reader);
            foreach (string name in needed)
            {
                if (!table.Has(name))
                {
                    throw new UsageException(
                        $"'{path}' has no column '{name}'; its first line names: {string.Join(", ", table._names)}.");
                }
            }

            return table;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    public bool Has(string name) => _names.Contains(name);

    /// <summary>Goes to the next line that is not empty.</summary>
    public bool Read()
    {
        while (_reader.ReadLine() is { } line)
        {
            _line++;
            if (line.Length == 0)
            {
                continue;
            }

            _cells = Split(line);
            return _cells.Count == _names.Count
                ? true
                : throw new UsageException($"'{_path}' line {_line}: it has {_cells.Count} cells; the first line names {_names.Count}.");
        }

        return false;
    }

    /// <summary>A cell of this line; empty when there is no such column.</summary>
    public string Text(string name)
    {
        int column = _names.IndexOf(name);
        return column < 0 ? "" : _cells[column];
    }

    /// <summary>A number; null when the cell is empty.</summary>
    public double? Number(string name) =>
        Text(name) is not { Length: > 0 } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
        : throw Wrong(name, "a number");

    /// <summary>A time: milliseconds since 1970, or ISO 8601 with an offset or Z.</summary>
    public long Time(string name)
    {
        string text = Text(name);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long ms))
        {
            return ms;
        }

        bool isTime = DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time);
        return isTime ? time.ToUnixTimeMilliseconds() : throw Wrong(name, "a time (milliseconds since 1970, or 2026-03-01T12:00:00Z)");
    }

    public UsageException Wrong(string name, string expected) =>
        new($"'{_path}' line {_line}: '{name}' is '{Text(name)}'; it must be {expected}.");

    public void Dispose() => _reader.Dispose();

    private static List<string> Split(string line)
    {
        List<string> cells = [];
        for (int at = 0; at <= line.Length;)
        {
            if (at < line.Length && line[at] == '"')
            {
                int end = at + 1;
                while (end < line.Length && (line[end] != '"' || (end + 1 < line.Length && line[end + 1] == '"')))
                {
                    end += line[end] == '"' ? 2 : 1;
                }

                end = Math.Min(end, line.Length);
                cells.Add(line[(at + 1)..end].Replace("\"\"", "\"", StringComparison.Ordinal));
                at = Math.Min(end + 2, line.Length + 1);
                if (at == line.Length && line[^1] == ',')
                {
                    continue;
                }
            }
            else
            {
                int end = line.IndexOf(',', at);
                end = end < 0 ? line.Length : end;
                cells.Add(line[at..end]);
                at = end + 1;
            }
        }

        return cells;
    }
}
