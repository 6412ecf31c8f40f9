using Microsoft.Win32.SafeHandles;

namespace Signals.Tool;

/// <summary>
/// The standard output. .NET's own stream ignores that nobody reads a pipe any more, so a command would go on for nobody. Thread contract:
/// one thread.
/// </summary>
internal static class StandardOutput
{
    private const int Handle = 1;

    /// <summary>A stream that throws an <see cref="IOException"/> when it is a pipe that nobody reads any more.</summary>
    public static Stream Open() => OpenPipe() ?? Console.OpenStandardOutput();

    /// <summary>Lets text go the same way.</summary>
    public static void UseForText()
    {
        if (OpenPipe() is { } pipe)
        {
            Console.SetOut(new StreamWriter(pipe, Console.Out.Encoding) { AutoFlush = true });
        }
    }

    // A file is left to .NET's stream: it writes where the file's handle stands, which other processes may share.
    private static FileStream? OpenPipe()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return null;
        }

        try
        {
            FileStream stream = new(new SafeFileHandle(Handle, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return stream.CanSeek ? null : stream;
        }
        catch (Exception unusable) when (unusable is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
