namespace Signals.Parquet.Reading;

/// <summary>The unit in which a leaf counts time.</summary>
internal enum LeafTime
{
    /// <summary>The leaf is no time, or does not say its unit.</summary>
    None = 0,

    /// <summary>Days since the Unix epoch.</summary>
    Days,

    /// <summary>Seconds since the Unix epoch; no annotation of Parquet says so.</summary>
    Seconds,

    /// <summary>Milliseconds since the Unix epoch.</summary>
    Milliseconds,

    /// <summary>Microseconds since the Unix epoch.</summary>
    Microseconds,

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    Nanoseconds,

    /// <summary>Nanoseconds of the day and a Julian day number, in 96 bits, as Spark and Impala wrote them.</summary>
    Int96,
}
