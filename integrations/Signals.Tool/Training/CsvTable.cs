using System.Globalization;
using Signals.Tool.Csv;

namespace Signals.Tool.Training;

/// <summary>
/// A CSV file with a line of names, whose columns are found by name.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: dispose it.</remarks>
internal sealed class CsvTable : IDisposable
{
    private readonly CsvFile _file;
    private readonly string _path;
    private readonly List<string> _names;
    private List<string> _cells = [];

    private CsvTable(string path, CsvFile file)
    {
        _path = path;
        _file = file;
        _names = file.Read() ? Cells() : throw new UsageException($"'{path}' is empty; its first line must name the columns.");
    }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UsageException">It has no line of names, or a column is missing.</exception>
    public static CsvTable Open(string path, params ReadOnlySpan<string> needed)
    {
        CsvFile file = new(path, UserFile.OpenRead(path));
        try
        {
            CsvTable table = new(path, file);
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
            file.Dispose();
            throw;
        }
    }

    public bool Has(string name) => _names.Contains(name);

    /// <summary>Goes to the next line that is not empty.</summary>
    public bool Read()
    {
        if (!_file.Read())
        {
            return false;
        }

        _cells = Cells();
        return _cells.Count == _names.Count
            ? true
            : throw new UsageException(
                $"'{_path}' line {_file.Line}: it has {Count.Of(_cells.Count, "cell")}; the first line names {_names.Count}.");
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
        new($"'{_path}' line {_file.Line}: '{name}' is '{Text(name)}'; it must be {expected}.");

    public void Dispose() => _file.Dispose();

    private List<string> Cells()
    {
        List<string> cells = [];
        try
        {
            for (int at = 0; at < _file.CellCount; at++)
            {
                cells.Add(_file.Cell(at).ToString());
            }
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"'{_path}' line {_file.Line}: {wrong.Message}.");
        }

        return cells;
    }
}
