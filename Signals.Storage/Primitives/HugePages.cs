using System.Runtime.InteropServices;

namespace Signals.Storage.Primitives;

/// <summary>
/// Asks Linux to back a large block of memory with pages of 2 MiB. The first touch then costs one page fault per 2 MiB instead of
/// one per 4 KiB, and random access misses the processor's address cache less often.
/// </summary>
/// <remarks>
/// Thread contract: any thread. The request is a hint: contents never change, and a system that does not follow it uses small
/// pages. Does nothing on systems other than Linux.
/// </remarks>
internal static unsafe partial class HugePages
{
    /// <summary>Bytes of a huge page. Memory must be aligned to this to consist of huge pages.</summary>
    public const int PageBytes = 2 << 20;

    private const int SmallPageBytes = 4096;
    private const int HugePageAdvice = 14;
    private const int NotNeededAdvice = 4;

    /// <summary>Whether <see cref="GiveBack"/> does anything.</summary>
    public static bool CanGiveBack => OperatingSystem.IsLinux();

    /// <summary>
    /// Asks for huge pages for the part of the memory that consists of whole pages. The memory must be aligned to
    /// <see cref="PageBytes"/>.
    /// </summary>
    public static void Advise(byte* memory, long bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = MAdvise(memory, (nuint)(bytes & -PageBytes), HugePageAdvice);
        }
    }

    /// <summary>
    /// Gives the whole pages in a part of the memory back to the system. The memory stays allocated; whoever touches it next finds zeros.
    /// </summary>
    public static void GiveBack(byte* memory, long bytes)
    {
        long first = ((long)memory + SmallPageBytes - 1) & -SmallPageBytes;
        long end = ((long)memory + bytes) & -SmallPageBytes;
        if (CanGiveBack && first < end)
        {
            _ = MAdvise((byte*)first, (nuint)(end - first), NotNeededAdvice);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(byte* address, nuint bytes, int advice);
}
