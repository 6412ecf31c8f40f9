using System.Globalization;
using System.Text;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Versions;

/// <summary>
/// The file <c>CURRENT</c>: one line, <c>MANIFEST-000001 0a1b2c3d</c>, the live manifest's name and the CRC32C of that name
/// in hex (<c>docs/formats/manifest.md</c>).
/// Pure functions over the file system; one thread at a time per store.
/// </summary>
internal static class CurrentFile
{
    private const int LongestLine = 64;

    /// <summary>Points the store at <paramref name="manifestNumber"/>, atomically and durably.</summary>
    public static void Publish(IFileSystem files, string directory, ulong manifestNumber) =>
        DurableFile.Publish(
            files,
            Path.Combine(directory, StoreFiles.Current),
            file => file.Write(0, Encoding.ASCII.GetBytes(Line(manifestNumber))));

    /// <summary>Number of the live manifest.</summary>
    /// <exception cref="CorruptionException">The file does not hold a line that <see cref="Publish"/> writes.</exception>
    public static ulong Read(IFileSystem files, string directory)
    {
        string path = Path.Combine(directory, StoreFiles.Current);
        using IFile file = files.Open(path, FileOpenMode.Read);
        Span<byte> bytes = stackalloc byte[LongestLine];
        string line = Encoding.ASCII.GetString(bytes[..file.Read(0, bytes)]);
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        bool valid = StoreFiles.Classify(space < 0 ? line : line[..space], out ulong number) == StoreFileKind.Manifest
            && line == Line(number);
        return valid
            ? number
            : throw new CorruptionException(path, 0, "It does not hold a manifest's name and its checksum; restore the store from a checkpoint.");
    }

    private static string Line(ulong manifestNumber)
    {
        string name = StoreFiles.Manifest(manifestNumber);
        return string.Create(CultureInfo.InvariantCulture, $"{name} {Crc32C.Compute(Encoding.ASCII.GetBytes(name)):x8}\n");
    }
}
