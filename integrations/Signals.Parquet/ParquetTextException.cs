namespace Signals.Parquet;

/// <summary>A text is not UTF-8, so that Parquet cannot hold it as text. Immutable.</summary>
public sealed class ParquetTextException : SignalsException
{
    private const string SetRule = $"Set {nameof(ParquetExportOptions)}.{nameof(ParquetExportOptions.NotUtf8)} to "
        + $"{nameof(ParquetTextRule.AsBytes)}, which loses nothing, or to {nameof(ParquetTextRule.Replace)}.";

    internal ParquetTextException(string column, UserId user, long timeMs, ulong id, string whatToDo = SetRule)
        : base($"The text in column '{column}' of event {id} of user {user} at {timeMs} ms is not UTF-8, which text in Parquet must be. "
            + whatToDo)
    {
        Column = column;
        User = user;
    }

    /// <summary>The column.</summary>
    public string Column { get; }

    /// <summary>The user of the event.</summary>
    public UserId User { get; }
}
