namespace Signals.Core.Serving.Features;

/// <summary>Which time a feature consists of.</summary>
internal enum TimeMeasure
{
    /// <summary>The event time itself, since the Unix epoch.</summary>
    Time,

    /// <summary>The time from the event to the read; negative for an event in the future.</summary>
    Age,

    /// <summary>The time from the next older event of the sequence; 0 for the oldest event.</summary>
    Gap,
}
