namespace Signals.Storage.FileSystem;

/// <summary>
/// File operations through the base class library, whose errors come out as <see cref="FileOperationException"/>s with the operation and the path.
/// Threads: any; stateless.
/// </summary>
internal static class LibraryCalls
{
    /// <summary>Runs one operation.</summary>
    /// <exception cref="FileOperationException">The system refused; its error is the cause.</exception>
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
