namespace Signals.Tests.Reliability;

/// <summary>A rule that <see cref="CrashModel"/> breaks.</summary>
internal enum CrashRule
{
    /// <summary>None: the control.</summary>
    None,

    /// <summary>A correction holds whatever its stamp: the last to come wins.</summary>
    StampsIgnored,

    /// <summary>Of equal stamps the last to come wins.</summary>
    LastOfEqualStamps,

    /// <summary>What a segment does not say of a column takes away what was there.</summary>
    AbsentOverwrites,

    /// <summary>A retraction does nothing.</summary>
    RetractionIgnored,

    /// <summary>A retraction holds against a later insertion.</summary>
    RetractionForGood,

    /// <summary>An event that is inserted again shows the cells of before its retraction.</summary>
    RetractionKeepsCells,

    /// <summary>A retracted event leaves its place among the last N to an older one.</summary>
    RetractionFreesAPlace,

    /// <summary>Cells whose event was never inserted are an event.</summary>
    OrphansShow,

    /// <summary>An erasure does not reach events that a segment spoke of.</summary>
    ErasureLeavesPatched,

    /// <summary>An erasure hides what was there when it came, and not what comes late.</summary>
    ErasureForgotten,

    /// <summary>One event more than the last N.</summary>
    OneTooMany,

    /// <summary>Events do not grow old.</summary>
    AgeForgotten,
}
