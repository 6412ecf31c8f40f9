namespace Signals.Samples.ConsoleHost;

/// <summary>What the process returns to its caller; the values are part of the program's contract and printed by --help.</summary>
internal enum ExitCode
{
    /// <summary>Everything asked for was done.</summary>
    Ok = 0,

    /// <summary>--verify found the store and the model to differ.</summary>
    DifferencesFound = 1,

    /// <summary>An option, or a column named by an option, is wrong.</summary>
    Usage = 2,

    /// <summary>The input is missing, may not be read, or is not what --format says.</summary>
    InputUnreadable = 3,

    /// <summary>Another process has the store open.</summary>
    StoreLocked = 4,

    /// <summary>A file of the store is damaged.</summary>
    StoreCorrupt = 5,

    /// <summary>The store refused the events or failed in another way.</summary>
    IngestFailed = 6,

    /// <summary>The input ended without one event that was accepted.</summary>
    NothingAccepted = 7,
}
