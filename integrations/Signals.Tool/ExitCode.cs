namespace Signals.Tool;

/// <summary>How a command ended; see docs/tool.md. Scripts use the numbers, so they never change.</summary>
internal enum ExitCode
{
    /// <summary>The command succeeded.</summary>
    Ok = 0,

    /// <summary>The command looked for problems and found some, or refused a part of its input.</summary>
    ProblemsFound = 1,

    /// <summary>The command or an option is wrong.</summary>
    Usage = 2,

    /// <summary>The named store, user or input does not exist.</summary>
    NotFound = 3,

    /// <summary>Another process has the store open.</summary>
    Locked = 4,

    /// <summary>A file of the store is damaged. The message names it.</summary>
    Damaged = 5,

    /// <summary>The store or the file system reported an error, or the command was stopped.</summary>
    Failed = 6,
}
