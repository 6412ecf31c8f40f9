using ParquetSharp;
using Signals.Parquet.Layout;
using Signals.Parquet.Reading;
using Signals.Parquet.Reading.Columns;

namespace Signals.Parquet.Importing;

/// <summary>Which leaves of a file are the user, the time, the id and the columns of an event type. Immutable.</summary>
internal sealed class FileMapping
{
    private readonly SourceFile _file;
    private readonly EventTypeSchema _type;
    private readonly ParquetImportOptions _options;
    private readonly List<(LakeColumn Column, Leaf? Leaf, string? Text)> _cells = [];
    private readonly Leaf _user;
    private readonly ParquetUserKind _userKind;
    private readonly Leaf _time;
    private readonly LeafTime _timeUnit;
    private readonly Leaf? _id;
    private readonly Leaf? _nulls;

    /// <summary>Finds the leaves.</summary>
    /// <exception cref="ParquetMismatchException">A column is not there, or does not hold what is needed.</exception>
    public FileMapping(SourceFile file, SourcePath path, EventTypeSchema type, ParquetImportOptions options)
    {
        (_file, _type, _options) = (file, type, options);
        RequireEvents();
        (_user, _userKind) = KeyLeaves.User(file, options.UserColumn, options.UserKind);
        _time = file.Find(options.TimeColumn) ?? throw Missing(options.TimeColumn, "a time", nameof(options.TimeColumn));
        _timeUnit = KeyLeaves.UnitOf(file, _time, options.TimeUnit);
        _id = options.IdColumn is null ? null
            : file.Find(options.IdColumn) ?? throw Missing(options.IdColumn, "an id, or none", nameof(options.IdColumn));
        _nulls = file.Description is null ? null : file.Find(LakeFormat.NullColumns);
        if (options.Rows != ParquetRowMeaning.Retractions)
        {
            FindCells(path);
        }
    }

    /// <summary>Opens the columns of a row group.</summary>
    /// <exception cref="ParquetMismatchException">A column holds what its target cannot take.</exception>
    public RowGroupColumns Open(RowGroupReader reader, int rowGroup, int batchRows)
    {
        GroupPlace place = new(_file.Path, rowGroup, reader);
        ColumnFactory columns = new(place, batchRows);
        DisposableList opened = new();
        try
        {
            ValueCursor<UserId> user = opened.Keep(columns.User(_user, _userKind)
                ?? throw Unfit(_user, $"a user given as {_userKind} ({nameof(_options.UserKind)})"));
            ValueCursor<long> time = opened.Keep(columns.Time(_time, _timeUnit) ?? throw Unfit(_time, "a time"));
            ValueCursor<ulong>? id = _id is null ? null
                : opened.Keep(columns.Id(_id) ?? throw Unfit(_id, "a whole number, text, bytes or UUID as id"));
            bool missingIsNull = _file.Description is null && _options.NullCells == ColumnState.Null;
            CellFactory factory = new(place, batchRows, missingIsNull);
            Cell[] cells = new Cell[_cells.Count];
            for (int i = 0; i < cells.Length; i++)
            {
                (LakeColumn column, Leaf? leaf, string? text) = _cells[i];
                cells[i] = opened.Keep(leaf is null ? factory.Create(column, _type, text) : factory.Create(column, _type, leaf));
            }

            NullColumns? nulls = _nulls is null ? null
                : opened.Keep(new NullColumns(place, _nulls, [.. _cells.Select(cell => LakeFormat.NameOf(cell.Column.Name))]));
            return new RowGroupColumns(user, time, id, cells, nulls);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private void RequireEvents()
    {
        if (_file.Description is { } found
            && (found.Kind != LakeFileKind.Events || !_type.FormerNames.Prepend(_type.Name).Contains(found.Name)))
        {
            throw new ParquetMismatchException(
                _file.Path, "*", $"{found.Kind} of '{found.Name}'", $"{LakeFileKind.Events} of '{_type.Name}'");
        }
    }

    // An export from before a rename has the column under a former name.
    private string SourceOf(ColumnSchema column, SourcePath path)
    {
        string[] names = [.. column.FormerNames.Prepend(column.Name).Select(name => _file.HasOurLayout ? LakeFormat.NameOf(name) : name)];
        string[] found = Array.FindAll(names, name => _file.Find(name) is not null || path.Partitions.ContainsKey(name));
        return found.Length <= 1
            ? found.FirstOrDefault(names[0])
            : throw new ParquetMismatchException(
                _file.Path,
                found[0],
                $"beside it '{found[1]}', and '{_type.Name}.{column.Name}' has both names",
                $"one of them; say which with {nameof(_options.Columns)}");
    }

    private void FindCells(SourcePath path)
    {
        ColumnSchema[] columns = [.. _type.Columns.Where(column => !column.IsDropped)];
        foreach (ColumnSchema column in columns)
        {
            string? source = _options.Columns.FirstOrDefault(named => _type.IndexOf(named.Key) == column.Id).Value; // by any of its names
            bool isNamed = source is not null;
            source ??= SourceOf(column, path);
            LakeColumn target = new(column.Name, column.Type, column.Role);
            if (_file.Find(source) is { } leaf)
            {
                _cells.Add((target, leaf, null));
            }
            else if (path.Partitions.TryGetValue(source, out string? text))
            {
                _cells.Add((target, null, text));
            }
            else if (isNamed)
            {
                throw Missing(source, $"a source of '{column.Name}'", nameof(_options.Columns));
            }
        }

        if (_cells.Count == 0 && columns.Length > 0)
        {
            throw new ParquetMismatchException(
                _file.Path,
                "*",
                $"{string.Join(", ", _file.Leaves.Select(leaf => leaf.Path))}",
                $"at least one column of '{_type.Name}' ({string.Join(", ", columns.Select(column => column.Name))}); "
                + $"say which is which with {nameof(_options.Columns)}");
        }
    }

    private ParquetMismatchException Missing(string column, string wanted, string option) =>
        KeyLeaves.Missing(_file, column, wanted, option);

    private ParquetMismatchException Unfit(Leaf leaf, string wanted) => KeyLeaves.Unfit(_file, leaf, wanted);
}
