using System.Buffers.Binary;

namespace Signals.Storage.FileSystem;

/// <summary>
/// Tells from a file's first bytes that this library wrote it. A name proves nothing: other programs use the same ones. What cannot be proven
/// is not deleted and not overwritten. Pure reads; any thread.
/// </summary>
internal static class OwnContent
{
    private const int MagicBytes = sizeof(ulong);

    // "SIGNLOG1", "SIGTABLE", "SIGCOLUM", "SIGSEGMT", "SIGENTTY": as the formats of these files have them.
    private static readonly ulong[] Magics =
        [0x31474F4C_4E474953, 0x454C_4241_5447_4953, 0x4D55_4C4F_4347_4953, 0x544D_4745_5347_4953, 0x5954_544E_4547_4953, SortRunMagic];

    /// <summary>The first bytes of a temporary run of sorted rows.</summary>
    public const ulong SortRunMagic = 0x314E_5552_5347_4953;

    private static readonly byte[] CurrentStart = "MANIFEST-"u8.ToArray();

    private const int LongestCurrent = 64;

    /// <summary>Whether a regular file begins as one of ours does. False when it cannot be read.</summary>
    public static bool IsIn(IFileSystem files, string path) => Look(files, path) == true;

    /// <summary>Whether a file was read and begins as none of ours does; for who counts what may be ours. False when it cannot be read.</summary>
    public static bool IsForeign(IFileSystem files, string path) => Look(files, path) == false;

    /// <summary>Deletes a file if it is proven to be ours; true when nothing of the name is there any more.</summary>
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
    /// The path of a temporary file that can be made: the one wanted, after what an earlier process left there is deleted; another one beside
    /// it where the file that is there is not proven to be ours.
    /// </summary>
    /// <exception cref="FileOperationException">Files that are not ours have all the names.</exception>
    public static string FreeTemporary(IFileSystem files, string wanted)
    {
        const int MostTries = 100;
        string stem = wanted[..^DurableFile.TemporarySuffix.Length];
        string path = wanted;
        for (int i = 1; i <= MostTries; i++)
        {
            if (!files.FileExists(path) || TryDelete(files, path))
            {
                return path;
            }

            path = FormattableString.Invariant($"{stem}.{i}{DurableFile.TemporarySuffix}");
        }

        throw new FileOperationException("create", wanted, "files of this name and those like it exist that are not this library's; remove them");
    }

    // Null when it cannot be read: then nothing is proven.
    private static bool? Look(IFileSystem files, string path)
    {
        try
        {
            using IFile file = files.Open(path, FileOpenMode.ReadForeign);
            Span<byte> start = stackalloc byte[LongestCurrent + 1];
            int count = file.Read(0, start);
            return count >= MagicBytes && (Magics.AsSpan().Contains(BinaryPrimitives.ReadUInt64LittleEndian(start)) || IsCurrent(start[..count]));
        }
        catch (FileOperationException)
        {
            return null;
        }
    }

    // The one line of a CURRENT, as it was written: name, offset, eight digits, end of line.
    private static bool IsCurrent(ReadOnlySpan<byte> start) =>
        start.Length <= LongestCurrent && start.StartsWith(CurrentStart) && start[^1] == '\n' && start.Count((byte)' ') == 2;
}
