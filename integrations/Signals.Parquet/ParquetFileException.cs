namespace Signals.Parquet;

/// <summary>A Parquet file cannot be read or written: it is damaged, is no Parquet file, or the disk refused. Immutable.</summary>
public sealed class ParquetFileException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="message">What was found, and what to do.</param>
    /// <param name="innerException">The error below, if any.</param>
    public ParquetFileException(string file, string message, Exception? innerException = null)
        : base($"'{file}': {message}", innerException) => File = file;

    /// <summary>The path of the file.</summary>
    public string File { get; }
}
