namespace Signals.Orleans.Telemetry;

/// <summary>How a call for a read ended.</summary>
internal enum CallOutcome
{
    /// <summary>With an error of the read, which every replica would have given.</summary>
    Failed = 0,

    /// <summary>With an answer.</summary>
    Served = 1,

    /// <summary>The replica said that it cannot answer now.</summary>
    NotReady = 2,

    /// <summary>Nothing came in time.</summary>
    TimedOut = 3,

    /// <summary>The way to the machine failed.</summary>
    Unreachable = 4,
}
