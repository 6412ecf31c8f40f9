using Signals.Samples.ConsoleHost.Input;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>The text cannot be read on as CSV: where (line and column, from 1) and why. Ends the run.</summary>
internal sealed class CsvFormatException(long line, int column, string reason)
    : InputException($"line {line}, column {column}: {reason}")
{
    /// <summary>Line of the file, from 1.</summary>
    public long Line { get; } = line;

    /// <summary>Column of the row, from 1.</summary>
    public int Column { get; } = column;
}
