namespace Signals;

/// <summary>
/// The process or the system had no file handle left to open a file. Nothing was changed and the store is healthy: the same call
/// succeeds once other files have been closed. Writes, flushes and compactions do not throw this; they wait.
/// </summary>
public sealed class HandlesExhaustedException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="file">The path that was to be opened.</param>
    /// <param name="innerException">The system's error.</param>
    public HandlesExhaustedException(string file, Exception? innerException = null)
        : base(
            $"No file handle is left to open '{file}'. Close files or sockets of this process, or raise its limit (ulimit -n); " +
            "then try again.",
            innerException) =>
        File = file;

    /// <summary>The path that was to be opened.</summary>
    public string File { get; }
}
