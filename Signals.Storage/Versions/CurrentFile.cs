using System.Globalization;
using System.Text;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Versions;

/// <summary>
/// The file <c>CURRENT</c>: one line, <c>MANIFEST-000001 4352 0a1b2c3d</c>, the live manifest's name, where its snapshot ends and the CRC32C of
/// both in hex (<c>docs/formats/manifest.md</c>).
/// Pure functions over the file system; one thread at a time per store.
/// </summary>
internal static class CurrentFile
{
    private const int LongestLine = 64;

    /// <summary>Points the store at <paramref name="manifestNumber"/>, atomically and durably.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The store's folder.</param>
    /// <param name="manifestNumber">The live manifest, its snapshot synced.</param>
    /// <param name="snapshotEnd">The offset behind the snapshot's last frame.</param>
    public static void Publish(IFileSystem files, string directory, ulong manifestNumber, long snapshotEnd) =>
        DurableFile.Publish(
            files,
            Path.Combine(directory, StoreFiles.Current),
            file => file.Write(0, Encoding.ASCII.GetBytes(Line(manifestNumber, snapshotEnd))));

    /// <summary>Number of the live manifest, and where its snapshot ends: a manifest that ends before that is damaged, not torn.</summary>
    /// <exception cref="CorruptionException">The file does not hold a line that <see cref="Publish"/> writes.</exception>
    public static (ulong Number, long SnapshotEnd) Read(IFileSystem files, string directory)
    {
        string path = Path.Combine(directory, StoreFiles.Current);
        using IFile file = files.Open(path, FileOpenMode.Read);
        Span<byte> bytes = stackalloc byte[LongestLine];
        string line = Encoding.ASCII.GetString(bytes[..file.Read(0, bytes)]);
        string[] words = line.Split(' ', 3);
        ulong number = 0;
        long snapshotEnd = 0;
        bool valid = words.Length == 3
            && StoreFiles.Classify(words[0], out number) == StoreFileKind.Manifest
            && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out snapshotEnd)
            && line == Line(number, snapshotEnd);
        return valid
            ? (number, snapshotEnd)
            : throw new CorruptionException(
                path, 0, "It does not hold a manifest's name, the end of its snapshot and their checksum; restore the store from a checkpoint.");
    }

    private static string Line(ulong manifestNumber, long snapshotEnd)
    {
        string named = string.Create(CultureInfo.InvariantCulture, $"{StoreFiles.Manifest(manifestNumber)} {snapshotEnd}");
        return string.Create(CultureInfo.InvariantCulture, $"{named} {Crc32C.Compute(Encoding.ASCII.GetBytes(named)):x8}\n");
    }
}
