namespace Signals.Storage.FileSystem;

/// <summary>
/// Runs file operations of the base class library and turns their errors into <see cref="FileOperationException"/>s that name the
/// operation and the path. Thread contract: any thread; stateless.
/// </summary>
internal static class LibraryCalls
{
    /// <summary>Runs one operation and returns its result.</summary>
    /// <exception cref="FileOperationException">The operation failed; the inner exception is the library's error.</exception>
    public static T Run<T>(string operation, string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException(operation, path, error.Message, error);
        }
    }

    /// <inheritdoc cref="Run{T}"/>
    public static void Run(string operation, string path, Action call) => Run(operation, path, () =>
    {
        call();
        return true;
    });
}
