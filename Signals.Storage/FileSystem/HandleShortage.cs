namespace Signals.Storage.FileSystem;

/// <summary>
/// Tells whether an operation failed because the process or the system has no file handle left. Any code in the process can cause
/// that, and it passes: nothing was changed, and the same call may be made again. Thread contract: any thread; stateless.
/// </summary>
internal static class HandleShortage
{
    private const int SystemTable = 23;  // ENFILE
    private const int ProcessTable = 24; // EMFILE
    private const int WindowsTooMany = unchecked((int)0x8007_0004);

    /// <summary>Whether a shortage of handles caused the error.</summary>
    public static bool IsCauseOf(Exception error) => error is FileOperationException { IsHandleShortage: true }
        || (error is IOException && IsCode(error.HResult))
        || (error is FileOperationException { InnerException: IOException inner } && IsCode(inner.HResult));

    // HResult is the system's error number where the base class library has no exception type for that error.
    private static bool IsCode(int code) =>
        OperatingSystem.IsWindows() ? code == WindowsTooMany : code is SystemTable or ProcessTable;
}
