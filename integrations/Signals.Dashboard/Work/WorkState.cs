namespace Signals.Dashboard.Work;

/// <summary>How far work is that the page began.</summary>
internal enum WorkState
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>It did what was asked.</summary>
    Done,

    /// <summary>It ended with an error.</summary>
    Failed,

    /// <summary>It was told to end before it was done.</summary>
    Cancelled,
}
