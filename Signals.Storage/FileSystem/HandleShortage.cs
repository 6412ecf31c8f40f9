namespace Signals.Storage.FileSystem;

/// <summary>
/// Tells whether an operation failed because the process or the system has no file handle left. Whoever shares the process can cause that, and
/// it passes: nothing was changed, and the same call may be made again. Threads: any; stateless.
/// </summary>
internal static class HandleShortage
{
    private const int SystemTable = 23;  // ENFILE
    private const int ProcessTable = 24; // EMFILE
    private const int WindowsTooMany = unchecked((int)0x8007_0004);

    /// <summary>Whether that is what went wrong.</summary>
    public static bool IsCauseOf(Exception error) => error is FileOperationException { IsHandleShortage: true }
        || (error is IOException && IsCode(error.HResult))
        || (error is FileOperationException { InnerException: IOException inner } && IsCode(inner.HResult));

    // The base class library gives the system's number where it has no exception of its own for it.
    private static bool IsCode(int code) =>
        OperatingSystem.IsWindows() ? code == WindowsTooMany : code is SystemTable or ProcessTable;
}
