using Signals.Storage.FileSystem;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>
/// A segment on its way into the store: a copy, or a second name, in the private staging folder, where it is checked before it gets a
/// name among the store's files.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: disposed, it closes the file and, until <see cref="Keep"/>, deletes it.</remarks>
internal sealed class StagedSegment : IDisposable
{
    private const int CopyBytes = 1 << 20;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly ulong _number;
    private string? _path;

    private StagedSegment(IFileSystem files, string directory, ulong number, string path, IFile file)
    {
        _files = files;
        _directory = directory;
        _number = number;
        _path = path;
        Content = file;
    }

    /// <summary>The file, open for reading.</summary>
    public IFile Content { get; }

    /// <summary>Brings a file into staging.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The store's folder.</param>
    /// <param name="source">The file.</param>
    /// <param name="number">The number that it will have in the store.</param>
    /// <param name="share">Whether the file itself may be taken.</param>
    /// <param name="report">Is told how many bytes of how many are copied; may throw to end it.</param>
    public static StagedSegment Bring(
        IFileSystem files, string directory, string source, ulong number, bool share, Action<long, long> report)
    {
        string staging = StoreFiles.StagingIn(directory);
        if (!files.DirectoryExists(staging))
        {
            files.CreateDirectory(staging);
        }

        string path = Path.Combine(staging, StoreFiles.Segment(number));
        using IFile foreign = files.Open(source, FileOpenMode.ReadForeign);
        report(0, foreign.Length);
        bool shared = share && files.TryLink(source, path);
        IFile? file = null;
        try
        {
            file = shared ? files.Open(path, FileOpenMode.ReadForeign) : files.Open(path, FileOpenMode.CreateNew);
            if (!shared)
            {
                Copy(foreign, file, report);
            }

            return new StagedSegment(files, directory, number, path, file);
        }
        catch
        {
            file?.Dispose();
            if (shared || file is not null)
            {
                TryDelete(files, path);
            }

            throw;
        }
    }

    /// <summary>The names of the files in staging.</summary>
    public static IReadOnlyList<string> NamesIn(IFileSystem files, string directory)
    {
        string staging = StoreFiles.StagingIn(directory);
        return files.DirectoryExists(staging) ? files.ListFiles(staging) : [];
    }

    /// <summary>Deletes what earlier imports left in staging when their process died: segments, by name and content.</summary>
    public static void Clean(IFileSystem files, string directory)
    {
        foreach (string name in NamesIn(files, directory).Where(name => StoreFiles.Classify(name, out _) == StoreFileKind.Segment))
        {
            OwnContent.TryDelete(files, Path.Combine(StoreFiles.StagingIn(directory), name));
        }
    }

    /// <summary>Makes the file durable and gives it its name in the store. It is in no version yet.</summary>
    public void Enter()
    {
        Content.Sync();
        string final = Path.Combine(_directory, StoreFiles.Segment(_number));
        _files.Rename(_path!, final);
        _path = final;
        _files.SyncDirectory(_directory);
    }

    /// <summary>From here on the file stays: a version has it, or may have it.</summary>
    public void Keep() => _path = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Content.Dispose();
        if (_path is not null)
        {
            TryDelete(_files, _path);
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

    // What cannot be deleted now goes when the store is opened next.
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
