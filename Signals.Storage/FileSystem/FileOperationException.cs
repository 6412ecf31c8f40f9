using Signals.Core.Model;

namespace Signals.Storage.FileSystem;

/// <summary>
/// A file operation failed in the operating system. The message holds the operation, the path and the system's error; a write or
/// sync that failed leaves the file's durable content unknown. Immutable.
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

    /// <summary>Whether the process or the system had no file handle left, which changes nothing and passes.</summary>
    internal bool IsHandleShortage { get; init; }

    /// <summary>The operation that failed, as in <c>fdatasync</c>.</summary>
    public string Operation { get; }

    /// <summary>The file or directory that it failed on.</summary>
    public string Path { get; }

    /// <summary>The system's error, as in <c>ENOSPC (No space left on device)</c>.</summary>
    public string Error { get; }
}
