using System.Globalization;
using System.Text;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Versions;

/// <summary>
/// The file <c>CURRENT</c>. It holds one line, such as <c>MANIFEST-000001 4352 0a1b2c3d</c>: the name of the live manifest, the
/// offset at which its snapshot ends, and the CRC-32C of both in hex (<c>docs/formats/manifest.md</c>). Thread contract:
/// functions without state over the file system; one thread at a time per store.
/// </summary>
internal static class CurrentFile
{
    private const int LongestLine = 64;

    /// <summary>Makes <paramref name="manifestNumber"/> the live manifest of the store, atomically and durably.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="manifestNumber">The number of the live manifest, whose snapshot must be synced.</param>
    /// <param name="snapshotEnd">The offset after the last entry of the snapshot.</param>
    public static void Publish(StoreFolder folder, ulong manifestNumber, long snapshotEnd) =>
        DurableFile.Publish(
            folder.Files,
            folder.Current,
            file => file.Write(0, Encoding.ASCII.GetBytes(Line(manifestNumber, snapshotEnd))));

    /// <summary>
    /// Reads the number of the live manifest and the end of its snapshot. A manifest that is shorter than its snapshot is
    /// damaged, not torn.
    /// </summary>
    /// <exception cref="CorruptionException">The file does not hold a line as <see cref="Publish"/> writes it.</exception>
    public static (ulong Number, long SnapshotEnd) Read(StoreFolder folder)
    {
        string path = folder.Current;
        using IFile file = folder.Files.Open(path, FileOpenMode.Read);
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
                path,
                0,
                "The file does not hold the name of a manifest, the end of its snapshot and their checksum; "
                + "restore the store from a checkpoint.");
    }

    private static string Line(ulong manifestNumber, long snapshotEnd)
    {
        string named = string.Create(CultureInfo.InvariantCulture, $"{StoreFiles.Manifest(manifestNumber)} {snapshotEnd}");
        return string.Create(CultureInfo.InvariantCulture, $"{named} {Crc32C.Compute(Encoding.ASCII.GetBytes(named)):x8}\n");
    }
}
