namespace Signals.Tool;

/// <summary>How a command ended; docs/tool.md. The numbers are for scripts and stay.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>The command looked for problems and found some.</summary>
    ProblemsFound = 1,

    /// <summary>A wrong command or option.</summary>
    Usage = 2,

    /// <summary>There is no store, no user or no input where the command was told.</summary>
    NotFound = 3,

    /// <summary>Another process has the store open.</summary>
    Locked = 4,

    /// <summary>A file of the store is damaged; it is named.</summary>
    Damaged = 5,

    /// <summary>The store or the file system refused, or the command was stopped.</summary>
    Failed = 6,
}
