using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Events;

/// <summary>What the options say is kept, applied to every event type alike.</summary>
/// <param name="KeepLast">Newest events kept per user and type; null = all.</param>
/// <param name="MaxAge">Age at which events disappear; null = never.</param>
/// <param name="Window">Width of a time window; null = the schema's default.</param>
internal sealed record Retention(int? KeepLast, TimeSpan? MaxAge, TimeSpan? Window)
{
    /// <summary>What <paramref name="options"/> ask for.</summary>
    public static Retention From(HostOptions options) =>
        new(options.KeepLast, WholeMilliseconds(options.MaxAgeDays), WholeMilliseconds(options.WindowDays));

    /// <summary>Declares it on an event type.</summary>
    public void ApplyTo(EventTypeBuilder eventType)
    {
        if (KeepLast is { } events)
        {
            eventType.KeepLast(events);
        }
        if (MaxAge is { } age)
        {
            eventType.MaxAge(age);
        }
        if (Window is { } length)
        {
            eventType.Window(length);
        }
    }

    private static TimeSpan? WholeMilliseconds(double? days) =>
        days is { } d ? TimeSpan.FromMilliseconds((long)Math.Round(d * TimeSpan.MillisecondsPerDay)) : null;
}
