using System.CommandLine;
using Signals.Arrow;
using Signals.Offline;
using Signals.Parquet;
using Signals.Tool.Stores;

namespace Signals.Tool.Lake;

/// <summary>The options of an import of Parquet or Arrow. They are added to one command.</summary>
internal sealed class LakeImportSyntax
{
    private const int MostSourceLetters = 128;

    private readonly Option<string?> _type = Syntax.Text("--type", "NAME", "Parquet, Arrow: the event type; it must be given.");
    private readonly Option<string> _rows =
        Syntax.Choice<ParquetRowMeaning>("--rows", "Parquet, Arrow (which has no retractions): what rows say");

    private readonly Option<int> _generation =
        Syntax.Number("--generation", "Parquet, Arrow: the generation of the segments that are made.", fallback: 1, least: 1);

    private readonly Option<string?> _source =
        Syntax.Text("--source", "NAME", "Parquet, Arrow: the source of the segments; the format's name by default.");

    private readonly Option<string?> _user = Syntax.Text("--user", "COLUMN", "Parquet: the column of the user.");
    private readonly Option<string> _userKind = Syntax.Choice<ParquetUserKind>("--user-kind", "Parquet: what that column holds");
    private readonly Option<string?> _time = Syntax.Text("--time", "COLUMN", "Parquet: the column of the time; 'time' by default.");
    private readonly Option<string> _timeUnit =
        Syntax.Choice<ParquetTimeUnit>("--time-unit", "Parquet: the unit of plain numbers");

    private readonly Option<string?> _id =
        Syntax.Text("--id", "COLUMN", "Parquet: the column of the event id; 'id' by default, 'none' for none.");

    private readonly Option<string[]> _columns =
        Syntax.List("--columns", "A=PATH,B=PATH", "Parquet: which path is which column; others are found by name.");

    private readonly Option<bool> _nullOverwrites = Syntax.Flag("--null-overwrites", "Parquet: null cells are null, not absent.");
    private readonly Option<int> _rejects =
        Syntax.Number("--rejects", "Parquet: how many rows may be refused.", fallback: 0, least: 0);

    private readonly List<Option> _parquetOnly;

    public LakeImportSyntax()
    {
        _parquetOnly = [_user, _userKind, _time, _timeUnit, _id, _columns, _nullOverwrites, _rejects];
        Options = [_type, _rows, _generation, _source, .. _parquetOnly];
    }

    public List<Option> Options { get; }

    /// <exception cref="UsageException">The event type is not given, or columns are no pairs.</exception>
    public ParquetImportOptions ReadParquet(ParseResult line, string path) => new()
    {
        Path = path,
        EventType = TypeOf(line),
        Rows = line.Chosen<ParquetRowMeaning>(_rows),
        UserColumn = line.GetValue(_user),
        UserKind = line.Chosen<ParquetUserKind>(_userKind),
        TimeColumn = line.GetValue(_time) ?? "time",
        TimeUnit = line.Chosen<ParquetTimeUnit>(_timeUnit),
        IdColumn = line.GetValue(_id) is not { } id ? "id" : id == "none" ? null : id,
        Columns = ColumnsOf(line),
        NullCells = line.GetValue(_nullOverwrites) ? ColumnState.Null : ColumnState.Absent,
        MostRejects = line.GetValue(_rejects),
        Segment = SegmentOf(line, LakeExport.Format),
    };

    /// <exception cref="UsageException">The event type is not given, or an option is not for Arrow.</exception>
    public ArrowImportOptions ReadArrow(ParseResult line, string path)
    {
        line.Refuse(_parquetOnly, "goes with --format parquet.");
        return new ArrowImportOptions
        {
            Path = path,
            EventType = TypeOf(line),
            AreCorrections = line.Chosen<ParquetRowMeaning>(_rows) switch
            {
                ParquetRowMeaning.Events => false,
                ParquetRowMeaning.Corrections => true,
                _ => throw new UsageException("Rows of Arrow say no retractions; there are events and corrections."),
            },
            Segment = SegmentOf(line, ArrowOutput.FileFormat),
        };
    }

    /// <summary>Checks what depends on the store.</summary>
    /// <exception cref="UsageException">The store lacks the event type or a column.</exception>
    public void RequireFits(ParseResult line, StoreSchema schema)
    {
        EventTypeSchema type = TypeChoice.Choose(schema, [TypeOf(line)])[0];
        Dictionary<int, string> named = [];
        foreach (string column in ColumnsOf(line).Keys)
        {
            int index = type.IndexOf(column);
            if (index < 0)
            {
                throw new UsageException(
                    $"--columns names '{column}', which '{type.Name}' {(type.WasDropped(column) ? "dropped" : "lacks")}; it has: "
                    + $"{string.Join(", ", type.Columns.Where(live => !live.IsDropped).Select(live => live.Name))}.");
            }

            if (!named.TryAdd(index, column))
            {
                throw new UsageException(
                    $"--columns names '{named[index]}' and '{column}', which are one column of '{type.Name}'; leave out one.");
            }
        }
    }

    private string TypeOf(ParseResult line) =>
        line.GetValue(_type) ?? throw new UsageException("--type NAME, the event type, is missing.");

    private SegmentOptions SegmentOf(ParseResult line, string format)
    {
        string source = line.GetValue(_source) ?? format;
        bool isName = source.Length is >= 1 and <= MostSourceLetters
            && source.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-');
        return isName
            ? new SegmentOptions { Generation = line.GetValue(_generation), Source = source }
            : throw new UsageException(
                $"--source is '{source}'; the name has 1 to {MostSourceLetters} ASCII letters, digits, '_', '.' and '-'.");
    }

    private Dictionary<string, string> ColumnsOf(ParseResult line)
    {
        Dictionary<string, string> columns = new(StringComparer.Ordinal);
        foreach ((string column, string path) in (line.GetValue(_columns) ?? []).Select(Pair))
        {
            if (!columns.TryAdd(column, path))
            {
                throw new UsageException($"--columns names '{column}' twice, as '{columns[column]}' and as '{path}'; leave out one.");
            }
        }

        return columns;
    }

    private static (string Column, string Path) Pair(string text)
    {
        int sign = text.IndexOf('=', StringComparison.Ordinal);
        return sign > 0 && sign < text.Length - 1
            ? (text[..sign], text[(sign + 1)..])
            : throw new UsageException($"--columns takes COLUMN=PATH,COLUMN=PATH; '{text}' is no such pair.");
    }
}
