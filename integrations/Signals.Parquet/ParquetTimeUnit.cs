namespace Signals.Parquet;

/// <summary>The unit in which a column of a Parquet file counts the time since the Unix epoch.</summary>
public enum ParquetTimeUnit
{
    /// <summary>As the column says. A plain number does not say it, so its unit has to be told.</summary>
    Automatic = 0,

    /// <summary>Seconds.</summary>
    Seconds,

    /// <summary>Milliseconds.</summary>
    Milliseconds,

    /// <summary>Microseconds.</summary>
    Microseconds,

    /// <summary>Nanoseconds.</summary>
    Nanoseconds,
}
