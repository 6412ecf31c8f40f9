using System.Diagnostics;
using System.Text;
using Signals.Core.Model;

namespace Signals.Storage.FileSystem;

/// <summary>What a lock file says about the process that holds it. Threads: any. Holds nothing.</summary>
internal static class LockOwner
{
    private const int MaxBytes = 512;

    /// <summary>This process, in one line.</summary>
    public static string Describe()
    {
        using Process self = Process.GetCurrentProcess();
        return $"process {Environment.ProcessId} ({self.ProcessName})";
    }

    /// <summary>Writes this process into a lock file that it holds.</summary>
    public static void Record(IFile file)
    {
        file.SetLength(0);
        file.Write(0, Encoding.UTF8.GetBytes(Describe()));
    }

    /// <summary>The refusal for a lock file that another holds.</summary>
    public static StoreLockedException Locked(IFile file)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        int count = file.Read(0, bytes);
        return new StoreLockedException(file.Path, count > 0 ? Encoding.UTF8.GetString(bytes[..count]) : "an unknown process");
    }
}
