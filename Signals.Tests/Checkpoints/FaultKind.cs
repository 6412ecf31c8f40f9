namespace Signals.Tests.Checkpoints;

/// <summary>How a call of a <see cref="FaultyTarget"/> fails.</summary>
internal enum FaultKind
{
    /// <summary>Nothing happens, and the caller is told.</summary>
    Before,

    /// <summary>It happens, and the answer is lost.</summary>
    After,

    /// <summary>Half of a blob is stored, under its name: what no target may do. Other calls fail as with <see cref="Before"/>.</summary>
    Torn,

    /// <summary>It happens, and is reported as refused, as a client library does that repeats a call whose answer was lost.</summary>
    Denied,
}
