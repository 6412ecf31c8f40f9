namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>Where <see cref="CsvRowParser"/> stands between two bytes.</summary>
internal enum CsvParserState
{
    /// <summary>Before the first byte of a field.</summary>
    FieldStart,

    /// <summary>Inside a field without quotes.</summary>
    Unquoted,

    /// <summary>Inside quotes.</summary>
    Quoted,

    /// <summary>After a quote inside quotes: the end of the field, or the first half of a doubled quote.</summary>
    QuoteInQuoted,

    /// <summary>After a carriage return outside quotes: half of a line end, or an ordinary character.</summary>
    CarriageReturn,
}
