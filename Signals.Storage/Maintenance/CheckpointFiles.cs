using System.Security.Cryptography;
using Signals.Maintenance;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;

namespace Signals.Storage.Maintenance;

/// <summary>
/// The files of a checkpoint with their hashes. Thread contract: one thread; stateless. Every byte of the folder's files is read once.
/// </summary>
internal static class CheckpointFiles
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Reads the files that belong to a store, in the order of their names.</summary>
    /// <exception cref="FileOperationException">A file cannot be read.</exception>
    public static List<CheckpointFile> Read(StoreFolder folder, CancellationToken cancellationToken)
    {
        byte[] piece = new byte[PieceBytes];
        List<CheckpointFile> files = [];
        foreach (string name in folder.ListFiles().Where(IsOfACheckpoint).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using IFile file = folder.Files.Open(folder.PathOf(name), FileOpenMode.Read);
            files.Add(new CheckpointFile(name, file.Length, Hash(file, piece)));
        }

        return files;
    }

    private static bool IsOfACheckpoint(string name) =>
        StoreFiles.Classify(name, out _) is not (StoreFileKind.Foreign or StoreFileKind.Lock or StoreFileKind.Temporary);

    private static string Hash(IFile file, byte[] piece)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int count;
        for (long offset = 0; (count = file.Read(offset, piece)) > 0; offset += count)
        {
            hash.AppendData(piece, 0, count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
