namespace Signals.Storage.FileSystem;

/// <summary>Copies a file through <see cref="IFileSystem"/>, piece by piece. Thread contract: any thread; stateless.</summary>
internal static class FileCopy
{
    private const int PieceBytes = 1 << 20;

    /// <summary>
    /// Makes a new file with the bytes of <paramref name="from"/> and syncs it. The name of the new file is not durable yet. If
    /// the copy fails, the new file is deleted if possible.
    /// </summary>
    public static void Copy(IFileSystem files, string from, string to)
    {
        using IFile source = files.Open(from, FileOpenMode.Read);
        using IFile target = files.Open(to, FileOpenMode.CreateNew);
        try
        {
            Copy(source, target);
        }
        catch
        {
            TryDelete(files, to);
            throw;
        }
    }

    private static void Copy(IFile source, IFile target)
    {
        byte[] piece = new byte[(int)Math.Clamp(source.Length, 1, PieceBytes)];
        int count;
        for (long offset = 0; (count = source.Read(offset, piece)) > 0; offset += count)
        {
            target.Write(offset, piece.AsSpan(0, count));
        }

        target.Sync();
    }

    private static void TryDelete(IFileSystem files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (FileOperationException)
        {
            // The error that is thrown already says what went wrong first.
        }
    }
}
