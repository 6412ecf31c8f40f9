namespace Signals;

/// <summary>
/// A file operation failed in the operating system. The message holds the operation, the path and the system's error. After a
/// failed write or sync the durable content of the file is unknown. Immutable.
/// </summary>
public sealed class FileOperationException : SignalsException
{
    /// <summary>Records a failed operation.</summary>
    /// <param name="operation">The operation, as in <c>fdatasync</c>.</param>
    /// <param name="path">The file or directory.</param>
    /// <param name="error">The system's error, as in <c>ENOSPC (No space left on device)</c>.</param>
    /// <param name="innerException">The cause, when the operation went through another library.</param>
    public FileOperationException(string operation, string path, string error, Exception? innerException = null)
        : base($"{operation} of '{path}' failed: {error}.", innerException)
    {
        Operation = operation;
        Path = path;
        Error = error;
    }

    /// <summary>
    /// Whether the process or the system had no file handle left. Such a failure has changed nothing, and the same call may
    /// succeed later.
    /// </summary>
    internal bool IsHandleShortage { get; init; }

    /// <summary>The operation that failed, as in <c>fdatasync</c>.</summary>
    public string Operation { get; }

    /// <summary>The file or directory on which the operation failed.</summary>
    public string Path { get; }

    /// <summary>The system's error, as in <c>ENOSPC (No space left on device)</c>.</summary>
    public string Error { get; }
}
