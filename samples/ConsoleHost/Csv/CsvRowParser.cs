using System.Buffers;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Cuts a stream of UTF-8 bytes into CSV rows (RFC 4180: quotes, doubled quotes, newlines inside quotes, CRLF or LF).
/// One thread. All state is kept between calls, so the bytes may come in pieces of any size, even one by one. The fields of
/// the current row are unescaped copies in one buffer and stay valid until the next call of <see cref="Parse"/>. Blank
/// lines are skipped. A quote inside an unquoted field is an ordinary character.
/// </summary>
internal sealed class CsvRowParser
{
    private static readonly SearchValues<byte> UnquotedStops = SearchValues.Create(",\r\n"u8);
    private static readonly SearchValues<byte> QuotedStops = SearchValues.Create("\"\n"u8);

    private readonly int _maxRowBytes;
    private readonly List<int> _fieldEnds = [];
    private readonly List<bool> _fieldQuoted = [];
    private byte[] _text = new byte[4096];
    private int _textLength;
    private CsvParserState _state = CsvParserState.FieldStart;
    private bool _rowEnded = true;
    private bool _sawQuote;
    private bool _isQuoted;
    private long _line = 1;
    private long _quoteLine;

    /// <summary>A parser that refuses rows of more than <paramref name="maxRowBytes"/> unescaped bytes.</summary>
    public CsvRowParser(int maxRowBytes = CsvLimits.MaxRowBytes) => _maxRowBytes = maxRowBytes;

    /// <summary>Line on which the current row began, from 1.</summary>
    public long RowLine { get; private set; } = 1;

    /// <summary>Number of fields of the current row.</summary>
    public int FieldCount => _fieldEnds.Count;

    /// <summary>What is wrong with the current row though its end was found, or null.</summary>
    public string? RowError { get; private set; }

    /// <summary>Whether field <paramref name="index"/> of the current row was written in quotes.</summary>
    public bool IsQuoted(int index) => _fieldQuoted[index];

    /// <summary>Unescaped bytes of field <paramref name="index"/> of the current row.</summary>
    public ReadOnlySpan<byte> Field(int index)
    {
        int start = index == 0 ? 0 : _fieldEnds[index - 1];
        return _text.AsSpan(start, _fieldEnds[index] - start);
    }

    /// <summary>
    /// Takes bytes of <paramref name="input"/> until a row is complete (true) or nothing is left (false);
    /// <paramref name="consumed"/> says how many were taken.
    /// </summary>
    public bool Parse(ReadOnlySpan<byte> input, out int consumed)
    {
        int position = 0;
        while (position < input.Length)
        {
            if (_rowEnded)
            {
                BeginRow();
            }
            if (Step(input, ref position) && EndRow())
            {
                consumed = position;
                return true;
            }
        }
        consumed = position;
        return false;
    }

    /// <summary>Call at the end of the input: true when a last row without a newline is now the current row.</summary>
    public bool Complete()
    {
        if (_rowEnded)
        {
            return false;
        }
        if (_state == CsvParserState.Quoted)
        {
            throw new CsvFormatException(_quoteLine, FieldCount + 1, "a quote is opened here and never closed");
        }
        EndField();
        return EndRow();
    }

    private void BeginRow()
    {
        _rowEnded = false;
        _sawQuote = false;
        _isQuoted = false;
        _fieldEnds.Clear();
        _fieldQuoted.Clear();
        _textLength = 0;
        _state = CsvParserState.FieldStart;
        RowLine = _line;
        RowError = null;
    }

    /// <summary>Handles one byte or one run of ordinary bytes. True when a row ended.</summary>
    private bool Step(ReadOnlySpan<byte> input, ref int position)
    {
        switch (_state)
        {
            case CsvParserState.FieldStart when input[position] == (byte)'"':
                position++;
                _quoteLine = _line;
                _sawQuote = true;
                _isQuoted = true;
                _state = CsvParserState.Quoted;
                return false;
            case CsvParserState.Quoted:
                StepQuoted(input, ref position);
                return false;
            case CsvParserState.QuoteInQuoted:
                return StepAfterQuote(input, ref position);
            case CsvParserState.CarriageReturn when input[position] != (byte)'\n':
                Append("\r"u8);
                _state = CsvParserState.Unquoted;
                return false;
            default:
                return StepUnquoted(input, ref position);
        }
    }

    private bool StepUnquoted(ReadOnlySpan<byte> input, ref int position)
    {
        ReadOnlySpan<byte> rest = input[position..];
        int stop = rest.IndexOfAny(UnquotedStops);
        Append(stop < 0 ? rest : rest[..stop]);
        if (stop < 0)
        {
            position = input.Length;
            _state = CsvParserState.Unquoted;
            return false;
        }
        position += stop + 1;
        switch (rest[stop])
        {
            case (byte)',':
                EndField();
                _state = CsvParserState.FieldStart;
                return false;
            case (byte)'\r':
                _state = CsvParserState.CarriageReturn;
                return false;
            default:
                _line++;
                EndField();
                return true;
        }
    }

    private void StepQuoted(ReadOnlySpan<byte> input, ref int position)
    {
        ReadOnlySpan<byte> rest = input[position..];
        int stop = rest.IndexOfAny(QuotedStops);
        if (stop < 0)
        {
            Append(rest);
            position = input.Length;
            return;
        }
        bool newline = rest[stop] == (byte)'\n';
        Append(rest[..(newline ? stop + 1 : stop)]);
        position += stop + 1;
        if (newline)
        {
            _line++;
        }
        else
        {
            _state = CsvParserState.QuoteInQuoted;
        }
    }

    private bool StepAfterQuote(ReadOnlySpan<byte> input, ref int position)
    {
        switch (input[position])
        {
            case (byte)'"':
                Append("\""u8);
                position++;
                _state = CsvParserState.Quoted;
                return false;
            case (byte)',' or (byte)'\r' or (byte)'\n':
                return StepUnquoted(input, ref position);
            default:
                RowError ??= $"column {FieldCount + 1}: text after the closing quote";
                _state = CsvParserState.Unquoted;
                return false;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _maxRowBytes - _textLength)
        {
            string hint = _state == CsvParserState.Quoted ? $"; a quote was opened on line {_quoteLine}" : "";
            throw new CsvFormatException(RowLine, FieldCount + 1, $"the row is longer than {_maxRowBytes:N0} bytes{hint}");
        }
        if (bytes.Length > _text.Length - _textLength)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _textLength + bytes.Length));
        }
        bytes.CopyTo(_text.AsSpan(_textLength));
        _textLength += bytes.Length;
    }

    private void EndField()
    {
        if (FieldCount == CsvLimits.MaxFields)
        {
            throw new CsvFormatException(RowLine, FieldCount, $"the row has more than {CsvLimits.MaxFields} columns");
        }
        _fieldEnds.Add(_textLength);
        _fieldQuoted.Add(_isQuoted);
        _isQuoted = false;
    }

    private bool EndRow()
    {
        _rowEnded = true;
        _state = CsvParserState.FieldStart;
        return FieldCount > 1 || _textLength > 0 || _sawQuote;
    }
}
