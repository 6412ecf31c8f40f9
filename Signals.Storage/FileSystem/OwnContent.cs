using System.Buffers.Binary;
using System.Globalization;

namespace Signals.Storage.FileSystem;

/// <summary>
/// Tells from the first bytes of a file whether this library wrote it. A name proves nothing, because other programs may use the
/// same names. A file that is not proven to be this library's is never deleted or overwritten. Thread contract: any thread;
/// stateless.
/// </summary>
internal static class OwnContent
{
    private const int MagicBytes = sizeof(ulong);

    // "SIGNLOG1", "SIGTABLE", "SIGCOLUM", "SIGSEGMT", "SIGENTTY", "SIGNDEFS", as the formats of these files define them.
    private static readonly ulong[] Magics =
    [
        0x31474F4C_4E474953, 0x454C_4241_5447_4953, 0x4D55_4C4F_4347_4953, 0x544D_4745_5347_4953, 0x5954_544E_4547_4953,
        0x53464544_4E474953, SortRunMagic,
    ];

    /// <summary>The first eight bytes of a temporary file of sorted rows.</summary>
    public const ulong SortRunMagic = 0x314E_5552_5347_4953;

    private static readonly byte[] CurrentStart = "MANIFEST-"u8.ToArray();

    private const int LongestCurrent = 64;

    private const int MostNames = 100;

    /// <summary>Whether a regular file begins like one of this library's. False when the file cannot be read.</summary>
    public static bool IsIn(IFileSystem files, string path) => Look(files, path) == true;

    /// <summary>
    /// Whether a file can be read and begins like none of this library's. False when it cannot be read, so that a caller that counts
    /// what may be ours counts it.
    /// </summary>
    public static bool IsForeign(IFileSystem files, string path) => Look(files, path) == false;

    /// <summary>Deletes a file if it is proven to be this library's. True when nothing of that name is left.</summary>
    public static bool TryDelete(IFileSystem files, string path)
    {
        if (!IsIn(files, path))
        {
            return false;
        }

        files.Delete(path);
        return true;
    }

    /// <summary>
    /// Returns a path at which a temporary file can be created. It deletes a file that an earlier process left at the wanted
    /// path. If the file there is not proven to be this library's, the path gets a number instead.
    /// </summary>
    /// <exception cref="FileOperationException">
    /// All the names that were tried belong to files that are not this library's.
    /// </exception>
    public static string FreeTemporary(IFileSystem files, string wanted)
    {
        string stem = wanted[..^DurableFile.TemporarySuffix.Length];
        string path = wanted;
        for (int i = 1; i <= MostNames; i++)
        {
            if (!files.FileExists(path) || TryDelete(files, path))
            {
                return path;
            }

            path = FormattableString.Invariant($"{stem}.{i}{DurableFile.TemporarySuffix}");
        }

        throw new FileOperationException(
            "create", wanted, "files of this name and those like it exist that are not this library's; remove them");
    }

    /// <summary>Whether <see cref="FreeTemporary"/> may have put this between a name and its suffix, after a dot.</summary>
    public static bool IsCounter(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= MostNames
        && digits[0] != '0';

    // Null when the file cannot be read: then nothing is proven.
    private static bool? Look(IFileSystem files, string path)
    {
        try
        {
            using IFile file = files.Open(path, FileOpenMode.ReadForeign);
            Span<byte> start = stackalloc byte[LongestCurrent + 1];
            int count = file.Read(0, start);
            return count >= MagicBytes
                && (Magics.AsSpan().Contains(BinaryPrimitives.ReadUInt64LittleEndian(start)) || IsCurrent(start[..count]));
        }
        catch (FileOperationException)
        {
            return null;
        }
    }

    // A CURRENT file holds one line: name, offset, eight digits, end of line.
    private static bool IsCurrent(ReadOnlySpan<byte> start) =>
        start.Length <= LongestCurrent && start.StartsWith(CurrentStart) && start[^1] == '\n' && start.Count((byte)' ') == 2;
}
