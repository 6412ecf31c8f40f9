namespace Signals.Parquet;

/// <summary>How the folder of an event type is divided by event time.</summary>
public enum ParquetPartition
{
    /// <summary>A folder for each day in UTC: <c>dt=2026-03-01</c>.</summary>
    Day = 0,

    /// <summary>A folder for each month in UTC: <c>dt=2026-03</c>.</summary>
    Month = 1,

    /// <summary>No folders: the files lie in the folder of the event type.</summary>
    None = 2,
}
