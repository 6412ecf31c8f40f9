using Signals.Storage.FileSystem;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Importing;

/// <summary>
/// A segment on its way into the store. It lies in the staging folder, as a copy or as a second name of the file, until it was checked;
/// then it gets a name among the store's files.
/// </summary>
/// <remarks>
/// Thread contract: one thread. Lifetime: one import; disposing closes the file and deletes it, unless <see cref="Keep"/> was
/// called.
/// </remarks>
internal sealed class StagedSegment : IDisposable
{
    private const int CopyBytes = 1 << 20;

    private readonly StoreFolder _folder;
    private readonly ulong _number;
    private string? _path;

    private StagedSegment(StoreFolder folder, ulong number, string path, IFile file)
    {
        _folder = folder;
        _number = number;
        _path = path;
        Content = file;
    }

    /// <summary>The file, open for reading.</summary>
    public IFile Content { get; }

    /// <summary>Brings a file into staging.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="source">The file.</param>
    /// <param name="number">The number that it will have in the store.</param>
    /// <param name="share">Whether the file itself may become the store's, so that a second name is enough.</param>
    /// <param name="report">Gets how many bytes of how many are copied; it may throw to end the copying.</param>
    public static StagedSegment Bring(
        StoreFolder folder, string source, ulong number, bool share, Action<long, long> report)
    {
        string staging = folder.Staging;
        if (!folder.Files.DirectoryExists(staging))
        {
            folder.Files.CreateDirectory(staging);
        }

        string path = Path.Combine(staging, StoreFiles.Segment(number));
        using IFile foreign = folder.Files.Open(source, FileOpenMode.ReadForeign);
        report(0, foreign.Length);
        bool shared = share && folder.Files.TryLink(source, path);
        IFile? file = null;
        try
        {
            file = shared ? folder.Files.Open(path, FileOpenMode.ReadForeign) : folder.Files.Open(path, FileOpenMode.CreateNew);
            if (!shared)
            {
                Copy(foreign, file, report);
            }

            return new StagedSegment(folder, number, path, file);
        }
        catch
        {
            file?.Dispose();
            if (shared || file is not null)
            {
                TryDelete(folder.Files, path);
            }

            throw;
        }
    }

    /// <summary>The names of the files in staging.</summary>
    public static IReadOnlyList<string> NamesIn(StoreFolder folder)
    {
        string staging = folder.Staging;
        return folder.Files.DirectoryExists(staging) ? folder.Files.ListFiles(staging) : [];
    }

    /// <summary>
    /// Deletes the segments that earlier imports left in staging when their process died. Name and content must be ours.
    /// </summary>
    public static void Clean(StoreFolder folder)
    {
        foreach (string name in NamesIn(folder).Where(name => StoreFiles.Classify(name, out _) == StoreFileKind.Segment))
        {
            OwnContent.TryDelete(folder.Files, Path.Combine(folder.Staging, name));
        }
    }

    /// <summary>Makes the file durable and gives it its name in the store. It is in no version yet.</summary>
    public void Enter()
    {
        Content.Sync();
        string final = _folder.Segment(_number);
        _folder.Files.Rename(_path!, final);
        _path = final;
        _folder.Sync();
    }

    /// <summary>Keeps the file when this is disposed: from now on a version has it, or may have it.</summary>
    public void Keep() => _path = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Content.Dispose();
        if (_path is not null)
        {
            TryDelete(_folder.Files, _path);
            _path = null;
        }
    }

    private static void Copy(IFile from, IFile to, Action<long, long> report)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(CopyBytes);
        long total = from.Length;
        for (long at = 0; at < total;)
        {
            int read = from.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, total - at)));
            if (read == 0)
            {
                break;
            }

            to.Write(at, buffer.AsSpan(0, read));
            at += read;
            report(at, total);
        }
    }

    // A file that cannot be deleted now is deleted when the store is opened next.
    private static void TryDelete(IFileSystem files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (FileOperationException)
        {
        }
    }
}
