namespace Signals.Parquet;

/// <summary>A column of a Parquet file does not hold what the schema wants, or a file lacks a column that is needed. Immutable.</summary>
public sealed class ParquetMismatchException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="column">The column, by its path in the file.</param>
    /// <param name="found">The kind of the column in the file, or that there is none.</param>
    /// <param name="wanted">The kinds that would fit.</param>
    public ParquetMismatchException(string file, string column, string found, string wanted)
        : base($"'{file}': column '{column}' is {found}; wanted is {wanted}.")
    {
        File = file;
        Column = column;
        Found = found;
        Wanted = wanted;
    }

    /// <summary>The path of the file.</summary>
    public string File { get; }

    /// <summary>The column, by its path in the file.</summary>
    public string Column { get; }

    /// <summary>The kind of the column in the file.</summary>
    public string Found { get; }

    /// <summary>The kinds that would fit.</summary>
    public string Wanted { get; }
}
