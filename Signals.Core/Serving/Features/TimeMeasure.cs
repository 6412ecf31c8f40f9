namespace Signals.Core.Serving.Features;

/// <summary>What a time becomes as a feature.</summary>
internal enum TimeMeasure
{
    /// <summary>The event time itself, since the Unix epoch.</summary>
    Time,

    /// <summary>From the event to the read; negative for an event of the future.</summary>
    Age,

    /// <summary>From the next older event of the sequence; 0 for the oldest.</summary>
    Gap,
}
