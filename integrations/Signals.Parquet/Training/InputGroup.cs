using System.Text;
using Signals.Parquet.Importing;
using Signals.Parquet.Reading;
using Signals.Parquet.Reading.Columns;
using Signals.Serving;

namespace Signals.Parquet.Training;

/// <summary>The open columns of a row group of labels, moments or requests, and a batch of its rows.</summary>
/// <remarks>Thread contract: one thread. Owns the columns.</remarks>
internal sealed class InputGroup(SourceFile file, GroupPlace place, ParquetTrainingInputOptions options, int batchRows) : IDisposable
{
    private readonly DisposableList _opened = new();
    private readonly ColumnFactory _columns = new(place, batchRows);
    private readonly List<ColumnCursor> _all = [];
    private InputText? _request;
    private ValueCursor<double>? _label;
    private ValueCursor<bool>? _truth;
    private ValueCursor<long>? _time;
    private ValueCursor<UserId>? _user;
    private InputText? _receipt;
    private long _first;

    /// <summary>Opens the columns.</summary>
    /// <exception cref="ParquetMismatchException">A column is not there, or holds something else.</exception>
    public void Open(InputParts needed, InputParts taken)
    {
        if (Find(InputParts.Request, options.RequestColumn, nameof(options.RequestColumn)) is { } request)
        {
            _request = Text(request, "a request id: text, a whole number or a UUID");
        }

        if (Find(InputParts.Label, options.LabelColumn, nameof(options.LabelColumn)) is { } label)
        {
            _truth = Keep(_columns.Boolean(label));
            _label = _truth is null ? Keep(_columns.Number<double>(label)) ?? throw Unfit(label, "a number or a Boolean") : null;
        }

        if (Find(InputParts.Time, options.TimeColumn, nameof(options.TimeColumn)) is { } time)
        {
            _time = Keep(_columns.Time(time, KeyLeaves.UnitOf(file, time, options.TimeUnit))) ?? throw Unfit(time, "a time");
        }

        if ((needed & InputParts.User) != 0)
        {
            (Leaf user, ParquetUserKind kind) = KeyLeaves.User(file, options.UserColumn, options.UserKind);
            _user = Keep(_columns.User(user, kind)) ?? throw Unfit(user, $"a user given as {kind} ({nameof(options.UserKind)})");
        }

        if (Find(InputParts.Receipt, options.ReceiptColumn, nameof(options.ReceiptColumn)) is { } receipt)
        {
            _receipt = Text(receipt, $"{SequenceReceipt.Bytes} bytes, or text");
        }

        Leaf? Find(InputParts part, string column, string option) =>
            ((needed | taken) & part) == 0 ? null
            : file.Find(column) is { } leaf ? leaf
            : (needed & part) == 0 ? null
            : throw KeyLeaves.Missing(file, column, "needed", option);
    }

    /// <summary>Reads the next rows.</summary>
    /// <param name="first">The place of the first one in the row group.</param>
    /// <param name="count">How many.</param>
    public void Read(long first, int count)
    {
        _first = first;
        foreach (ColumnCursor column in _all)
        {
            column.Read(count);
        }
    }

    /// <summary>The request of a row; empty when there is no such column.</summary>
    public string RequestOf(int row)
    {
        if (_request is null)
        {
            return "";
        }

        try
        {
            return Has(_request.Column, row) ? _request.TextOf(row) : throw Wrong(_request.Column, row, "null", "a request id");
        }
        catch (DecoderFallbackException)
        {
            throw Wrong(_request.Column, row, "bytes that are not UTF-8", "a request id as text in UTF-8");
        }
    }

    /// <summary>The label of a row; null when it has none.</summary>
    public double? LabelOf(int row)
    {
        if (_truth is not null)
        {
            return Has(_truth, row) ? _truth.Values[row] ? 1 : 0 : null;
        }

        return _label is not null && Has(_label, row) ? _label.Values[row] : null;
    }

    /// <summary>The time of a row; null when it has none.</summary>
    public long? TimeOf(int row) => _time is not null && Has(_time, row) ? _time.Values[row] : null;

    /// <summary>The user of a row.</summary>
    public UserId UserOf(int row) => Has(_user!, row) ? _user!.Values[row] : throw Wrong(_user!, row, "null", "a user");

    /// <summary>The receipt of a row.</summary>
    public SequenceReceipt ReceiptOf(int row)
    {
        InputText receipt = _receipt!;
        return Has(receipt.Column, row) && receipt.TryReceipt(row, out SequenceReceipt value)
            ? value
            : throw Wrong(receipt.Column, row, "no receipt", $"{SequenceReceipt.Bytes} bytes, or text of them as base64 or hex");
    }

    /// <summary>The error of a row that needs a label.</summary>
    public ParquetMismatchException LabelMissing(int row) => Wrong((ColumnCursor?)_label ?? _truth!, row, "null", "a number");

    /// <summary>The error of a row that needs a time.</summary>
    public ParquetMismatchException TimeMissing(int row) => Wrong(_time!, row, "null", "a time");

    /// <inheritdoc/>
    public void Dispose() => _opened.Dispose();

    private bool Has(ColumnCursor column, int row) => column.Marks[row] switch
    {
        RowMark.Value => true,
        RowMark.Bad => throw Wrong(column, row, "a value that cannot be taken", column.ReasonOf(row)),
        _ => false,
    };

    private ParquetMismatchException Wrong(ColumnCursor column, int row, string found, string wanted) =>
        new(place.File, column.Source, $"{found} in row group {place.RowGroup}, row {_first + row}", wanted);

    private ParquetMismatchException Unfit(Leaf leaf, string wanted) => KeyLeaves.Unfit(file, leaf, wanted);

    private InputText Text(Leaf leaf, string wanted)
    {
        InputText text = InputText.Open(place, leaf, _columns, batchRows) ?? throw Unfit(leaf, wanted);
        Keep(text.Column);
        return text;
    }

    private T? Keep<T>(T? column)
        where T : ColumnCursor
    {
        if (column is not null)
        {
            _all.Add(_opened.Keep(column));
        }

        return column;
    }
}
