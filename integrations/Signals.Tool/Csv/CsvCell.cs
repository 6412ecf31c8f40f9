namespace Signals.Tool.Csv;

/// <summary>A cell of a CSV row as it stands in the file. Pure.</summary>
internal static class CsvCell
{
    /// <summary>The text of a cell; two quotes inside quotes are one.</summary>
    /// <param name="raw">The cell with its quotes.</param>
    /// <param name="isQuoted">Whether it is in quotes.</param>
    /// <exception cref="FormatException">A quote is not closed, or text follows the closing one.</exception>
    public static ReadOnlySpan<char> Text(ReadOnlySpan<char> raw, out bool isQuoted)
    {
        isQuoted = raw is ['"', ..];
        if (!isQuoted)
        {
            return raw;
        }

        if (raw is not ['"', .., '"'])
        {
            throw new FormatException(raw[1..].Contains('"') ? "text follows a closing quote" : "a quote is not closed");
        }

        ReadOnlySpan<char> inner = raw[1..^1];
        if (!inner.Contains('"'))
        {
            return inner;
        }

        string text = inner.ToString();
        string single = text.Replace("\"\"", "\"", StringComparison.Ordinal);
        int quotes = text.Count(letter => letter == '"');
        return single.Count(letter => letter == '"') * 2 == quotes
            ? single
            : throw new FormatException("a quote inside quotes is not written twice");
    }
}
