using System.Text;
using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>The names in a file's first row. Immutable.</summary>
internal sealed class CsvHeader
{
    private const int NamesShown = 50;
    private readonly string[] _names;

    /// <summary>Takes the names from the row that was just read.</summary>
    public CsvHeader(CsvRowParser row)
    {
        _names = new string[row.FieldCount];
        for (int i = 0; i < _names.Length; i++)
        {
            _names[i] = Encoding.UTF8.GetString(row.Field(i)).Trim();
        }
    }

    /// <summary>Number of columns.</summary>
    public int Count => _names.Length;

    /// <summary>Name of column <paramref name="index"/>.</summary>
    public string this[int index] => _names[index];

    /// <summary>Index of the column that <paramref name="option"/> names; a <see cref="UsageException"/> lists the others.</summary>
    public int Find(string option, string name)
    {
        int index = Array.IndexOf(_names, name);
        if (index >= 0 && Array.IndexOf(_names, name, index + 1) is var second and >= 0)
        {
            throw new UsageException(
                $"{option}: the file has the column '{name}' twice, as number {index + 1} and {second + 1}; give one of them another name");
        }

        if (index >= 0)
        {
            return index;
        }
        string more = _names.Length > NamesShown ? ", ..." : "";
        throw new UsageException(
            $"{option}: the file has no column '{name}'; it has {string.Join(", ", _names.Take(NamesShown))}{more}");
    }

    /// <summary>As <see cref="Find"/>, but -1 when there is no such column.</summary>
    public int FindOrMinus(string name) => Array.IndexOf(_names, name) < 0 ? -1 : Find("an exported file", name);
}
