using System.Globalization;
using Signals.Parquet.Layout;

namespace Signals.Parquet.Writing;

/// <summary>A stretch of time whose events share a folder. Immutable.</summary>
/// <param name="Folder">The name of the folder; empty for no folder.</param>
/// <param name="FromMs">The first millisecond.</param>
/// <param name="ToMs">The millisecond after the last.</param>
internal readonly record struct TimePartition(string Folder, long FromMs, long ToMs)
{
    /// <summary>The stretch that a time belongs to.</summary>
    public static TimePartition Of(long timeMs, ParquetPartition kind)
    {
        if (kind == ParquetPartition.None)
        {
            return new TimePartition("", long.MinValue, long.MaxValue);
        }

        DateTime day = DateTimeOffset.FromUnixTimeMilliseconds(timeMs).UtcDateTime.Date;
        if (kind == ParquetPartition.Day)
        {
            return new TimePartition(Name(day, "yyyy-MM-dd"), Ms(day), Ms(day) + (long)TimeSpan.FromDays(1).TotalMilliseconds);
        }

        DateTime month = new(day.Year, day.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        long days = DateTime.DaysInMonth(month.Year, month.Month);
        return new TimePartition(Name(month, "yyyy-MM"), Ms(month), Ms(month) + (long)TimeSpan.FromDays(days).TotalMilliseconds);
    }

    private static string Name(DateTime start, string format) =>
        LakeFormat.DatePartition + start.ToString(format, CultureInfo.InvariantCulture);

    private static long Ms(DateTime start) => new DateTimeOffset(start, TimeSpan.Zero).ToUnixTimeMilliseconds();
}
