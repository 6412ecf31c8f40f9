namespace Signals.Core.Model;

/// <summary>
/// The process, or the system, has no file handle left for a file that was to be opened. Nothing was changed and the store is healthy: the same call
/// succeeds once others have closed files. Writes, flushes and compactions wait instead.
/// </summary>
public sealed class HandlesExhaustedException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="file">The path that was to be opened.</param>
    /// <param name="innerException">The system's error.</param>
    public HandlesExhaustedException(string file, Exception? innerException = null)
        : base($"No file handle is left to open '{file}'. Close files or sockets of this process, or raise its limit (ulimit -n); then try again.", innerException) =>
        File = file;

    /// <summary>The path that was to be opened.</summary>
    public string File { get; }
}
