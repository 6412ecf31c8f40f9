using System.Globalization;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;

namespace Signals.Storage.DefinitionFiles;

/// <summary>
/// The file <c>DEFINITIONS</c> of a store: the definitions that were registered, replaced as a whole at each change
/// (<c>docs/formats/definitions.md</c>). Thread contract: functions without state over the file system; one writer at a time per store.
/// </summary>
internal static class DefinitionFile
{
    /// <summary>Reads the file; null when the store has none. It changes nothing.</summary>
    /// <exception cref="CorruptionException">The file is damaged, of a newer version, or not one of this library's.</exception>
    public static DefinitionFileContent? TryRead(StoreFolder folder)
    {
        string path = folder.Definitions;
        if (!folder.Files.FileExists(path))
        {
            return null;
        }

        byte[] bytes;
        using (IFile file = folder.Files.Open(path, FileOpenMode.Read))
        {
            if (file.Length > DefinitionFileFormat.MostBytes)
            {
                throw Damaged(path, string.Create(CultureInfo.InvariantCulture, $"it has {file.Length} bytes"));
            }

            bytes = new byte[file.Length];
            int count = file.Read(0, bytes);
            bytes = count == bytes.Length ? bytes : bytes[..count]; // it ends too early then
        }

        if (DefinitionFileFormat.FindNewerVersion(bytes) is { } newer)
        {
            throw new CorruptionException(path, DefinitionFileFormat.VersionOffset, string.Create(
                CultureInfo.InvariantCulture,
                $"The file of stored definitions is intact, but a newer version of Signals wrote it: it has version {newer} of the format, "
                + $"and this program reads version {DefinitionFileFormat.Version}. Open the store with the newer program, and leave the "
                + $"file where it is. The events are not affected; a read-only opening shows them."));
        }

        try
        {
            return new DefinitionFileContent(bytes, DefinitionFileReader.Read(bytes));
        }
        catch (InvalidDataException error)
        {
            throw Damaged(path, error.Message, error);
        }
    }

    /// <summary>Replaces the file: the store has the old content or the new one, whatever happens meanwhile.</summary>
    /// <exception cref="FileOperationException">The disk refused the write.</exception>
    public static void Publish(StoreFolder folder, byte[] bytes) =>
        DurableFile.Publish(folder.Files, folder.Definitions, file => file.Write(0, bytes));

    private static CorruptionException Damaged(string path, string problem, Exception? cause = null) => new(
        path, 0,
        $"The file of stored definitions cannot be used: {problem}. The events are not affected; a read-only opening shows them. Restore "
        + "the file from a checkpoint, or move it away: then the store has no stored definitions, and code registers them anew.",
        cause);
}
