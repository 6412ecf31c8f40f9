using System.Runtime.InteropServices;

namespace Signals.Storage.Primitives;

/// <summary>
/// Asks Linux to back a large block of memory with pages of 2 MiB: its first touch then costs a fault per 2 MiB instead of one per 4 KiB, and
/// access in no order misses the processor's address cache less.
/// </summary>
/// <remarks>Threads: any. A hint: contents never change, and a system that cannot or must not follow it goes on with small pages. Nothing off Linux.</remarks>
internal static unsafe partial class HugePages
{
    /// <summary>Bytes of such a page, and the alignment that memory must have to consist of them.</summary>
    public const int PageBytes = 2 << 20;

    private const int HugePageAdvice = 14;

    /// <summary>Asks for the whole huge pages of memory that is aligned to <see cref="PageBytes"/>.</summary>
    public static void Advise(byte* memory, long bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = MAdvise(memory, (nuint)(bytes & -PageBytes), HugePageAdvice);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(byte* address, nuint bytes, int advice);
}
