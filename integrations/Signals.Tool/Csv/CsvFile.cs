using System.Text;
using nietras.SeparatedValues;

namespace Signals.Tool.Csv;

/// <summary>
/// Reads CSV row by row: commas, cells in double quotes where they hold commas, quotes or ends of lines, two quotes for one. Empty lines
/// are passed over. The text is UTF-8, with or without its mark at the
/// beginning.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Memory is the largest row, at most 16 MiB. Lifetime: dispose it.</remarks>
internal sealed class CsvFile : IDisposable
{
    private readonly string _path;
    private readonly StreamReader _text;
    private SepReader? _reader;

    /// <param name="path">The file's name, for errors.</param>
    /// <param name="input">Its bytes; disposed with this.</param>
    public CsvFile(string path, Stream input)
    {
        _path = path;

        // The reader passes over a mark of UTF-8 at the beginning. It must not look for marks itself: when it finds one, it goes on with an
        // encoding of its own, which replaces invalid bytes and says nothing.
        _text = new StreamReader(
            input, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
            detectEncodingFromByteOrderMarks: false);
    }

    /// <summary>The line in which the row begins, from 1.</summary>
    public int Line => _reader!.Current.LineNumberFrom;

    /// <summary>How many cells the row has.</summary>
    public int CellCount => _reader!.Current.ColCount;

    /// <summary>Goes to the next row that is not empty. False at the end.</summary>
    /// <exception cref="UsageException">The file is not UTF-8, or a row is too large.</exception>
    public bool Read()
    {
        try
        {
            _reader ??= Sep.New(',').Reader(options => options with { HasHeader = false, DisableColCountCheck = true }).From(_text);
            while (_reader.MoveNext())
            {
                if (CellCount != 1 || !_reader.Current[0].Span.IsEmpty)
                {
                    return true;
                }
            }

            return false;
        }
        catch (DecoderFallbackException wrong)
        {
            throw new UsageException($"'{_path}' is not UTF-8: {wrong.Message}");
        }
        catch (NotSupportedException wrong)
        {
            throw new UsageException($"'{_path}' has a row that is too large, or a quote that is not closed: {wrong.Message}");
        }
    }

    /// <summary>The text of a cell of this row, valid until the next one.</summary>
    /// <param name="at">The cell, from 0.</param>
    /// <param name="isQuoted">Whether it is in quotes.</param>
    /// <exception cref="FormatException">A quote is not closed, or text follows the closing one.</exception>
    public ReadOnlySpan<char> Cell(int at, out bool isQuoted) => CsvCell.Text(_reader!.Current[at].Span, out isQuoted);

    /// <inheritdoc cref="Cell(int, out bool)"/>
    public ReadOnlySpan<char> Cell(int at) => Cell(at, out _);

    public void Dispose()
    {
        _reader?.Dispose();
        _text.Dispose();
    }
}
